"""Bodies before anything is made of them: forms, uploads, JSON."""

import base64
import json
from typing import Any, Final
from uuid import UUID

import azure.functions as func
from hypothesis import strategies as st

from functions._http.bodies import MAX_UPLOAD_BYTES, check_length, read_form, read_json
from functions._http.problems import Trouble
from functions._worker.bodies import reports_of
from shared.presentation.views import Problem
from tests.doors.house import BASE, House
from tests.fuzz.mutations import mutated, texts
from tests.fuzz.target import Target

_DECLARED: Final = frozenset(
    {Problem.BAD_REQUEST, Problem.WRONG_TYPE, Problem.TOO_LARGE, Problem.LENGTH_REQUIRED}
)
_MULTIPART: Final = "multipart/form-data; boundary="
_GOOD: Final = (
    b'--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\nlost\r\n'
    b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    b"\xff\xd8\xff\r\n--x--\r\n"
)
_PIECES: Final = (
    b"--x", b"--x--", b"\r\n", b"\r\n\r\n", b"\n\n", b'Content-Disposition: form-data; name="a"',
    b"Content-Disposition:",
    b'; filename="../../a\x00.jpg"', b"; filename*=UTF-8''%ff%fe", b"Content-Transfer-Encoding: base64",
    b"Content-Length: -1",
    b'name="' + b"a" * 5000 + b'"', b"\xff\xfe\x00", b"lost", b": : :", b"\0",
    b"Content-Type: multipart/mixed; boundary=y",
)  # fmt: skip


def _request(kind: str, body: bytes, length: str | None = None) -> func.HttpRequest:
    headers = {"content-type": kind, "content-length": str(len(body)) if length is None else length}
    return func.HttpRequest(method="POST", url=f"{BASE}/apply", headers=headers, body=body)


def _refused(trouble: Trouble) -> bool:
    assert trouble.problem in _DECLARED
    return False


def _read_form(house: House, sent: tuple[str, bytes]) -> bool:
    """A form of readable texts within its bounds, or one of the declared troubles."""
    del house
    try:
        form = read_form(_request(*sent))
    except Trouble as trouble:
        return _refused(trouble)
    assert len(form.fields) + len(form.files) <= 41
    for name, value in form.fields.items():
        (name + value).encode()
        assert all(each in "\n\t" or each >= " " for each in form.text(name))
    assert sum(map(len, form.files.values())) <= len(sent[1])
    return True


def _forms() -> st.SearchStrategy[tuple[str, bytes]]:
    boundary = st.sampled_from(
        ["x", '"x"', "", "y", "x; charset=utf-16", "x" * 300, "\u00e9", "x\r\n", "--", '"x']
    )
    kinds = st.one_of(
        boundary.map(lambda given: _MULTIPART + given),
        st.sampled_from(
            [
                _MULTIPART + "x",
                "multipart/form-data",
                "MULTIPART/FORM-DATA; BOUNDARY=x",
                "multipart/form-data; boundary*0=x",
                "text/plain",
                "",
            ]
        ),
    )
    bodies = st.one_of(
        mutated(_GOOD, _GOOD),
        st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join),
        st.binary(max_size=200),
    )
    escaped = st.lists(
        st.sampled_from(
            ["a", "=", "&", "%", "%ff", "%E3%81%82", "+", "%00", "a=b", "a=b&" * 50, ";", "%ud800", "あ"]
        ),
        max_size=30,
    )
    urlencoded = escaped.map(
        lambda parts: ("application/x-www-form-urlencoded; charset=x", "".join(parts).encode())
    )
    return st.one_of(st.tuples(st.just(_MULTIPART + "x"), bodies), st.tuples(kinds, bodies), urlencoded)


def _read_json(house: House, body: bytes) -> bool:
    """An object, or one of the declared troubles."""
    del house
    try:
        value = read_json(_request("application/json", body))
    except Trouble as trouble:
        return _refused(trouble)
    assert isinstance(value, dict)
    return True


def json_values(*known: str) -> st.SearchStrategy[Any]:
    """Any JSON value, odd texts and numbers among them."""
    numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -1, 0, 1e308, 2**63, 2**31]))
    return st.recursive(
        st.one_of(st.none(), st.booleans(), numbers, texts(*known)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(texts(*known), inner, max_size=4)
        ),
        max_leaves=8,
    )


def _documents() -> st.SearchStrategy[bytes]:
    made = json_values("public_key", "answers").map(lambda value: json.dumps(value).encode())
    raw = st.sampled_from(
        [
            b"[" * 100_000, b'{"a":' * 50_000, b'{"a":' * 900 + b"1" + b"}" * 900,
            b'{"a":' + b"9" * 6_000 + b"}", b"\xef\xbb\xbf{}", b"{}\0",
            b'{"a":NaN}', b'{"a":1,"a":2}', b'{"\\ud800":"\\udc00"}', "{}".encode("utf-16"), b"{", b"",
            b'"{}"', b"{}{}", b"{'a':1}", b'{"a":1e999999}',
        ]
    )  # fmt: skip
    return st.one_of(made, raw, made.flatmap(lambda body: mutated(body, b"{}")), st.just(b"{}"))


def _measure(house: House, sent: tuple[str, int]) -> bool:
    """A body within its limit whose length was told in plain digits, or refused."""
    del house
    length, size = sent
    try:
        check_length(_request("text/plain", b"x" * size, length), 1_000)
    except Trouble as trouble:
        return _refused(trouble)
    assert int(length) <= 1_000 <= MAX_UPLOAD_BYTES
    assert size <= 1_000
    return True


_REPORT: Final = json.dumps(
    {
        "eventType": "Microsoft.Communication.EmailDeliveryReportReceived",
        "data": {
            "messageId": "00000000-0000-4000-8000-00000000000a",
            "recipient": "a@b.example",
            "status": "Bounced",
        },
    }
).encode()


def _read_reports(house: House, sent: bytes) -> bool:
    """Reports with an id and an addressee within bounds, or nothing; never an error."""
    del house
    found = list(reports_of(func.QueueMessage(body=sent)))
    for each in found:
        assert str(UUID(each.message)) == each.message
        assert 0 < len(each.recipient) <= 320
    return bool(found)


def _messages() -> st.SearchStrategy[bytes]:
    return st.one_of(
        st.just(_REPORT),
        mutated(_REPORT, _REPORT),
        mutated(base64.b64encode(_REPORT), base64.b64encode(_REPORT)),
        st.just(b"[" * 30_000),
        st.binary(max_size=300),
    )


TARGETS: Final = (
    Target("forms", _forms(), _read_form),
    Target("JSON documents", _documents(), _read_json, slowness=2),
    Target("lengths", st.tuples(texts("0", "10", "1000", "1001", "+5", "1_0", "\u0663", " 7"), st.integers(0, 1_100)), _measure),
    Target("delivery reports", _messages(), _read_reports),
)  # fmt: skip

"""Whole requests to the doors: fields, bodies and headers made up, sent by whoever gets furthest."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from shared.domain.kinds import CardKind, DecisionKind, Language, Reason, ReasonCode
from tests.doors.callers import TOKENS, cookie_header, every_cookie
from tests.doors.headers import check_answer
from tests.doors.house import Answer, House, methods_of
from tests.doors.knocking import door_of, knock, method_of, scene_of
from tests.doors.matrix import KNOCKS, PROGRAMS
from tests.fuzz.bodies import json_values
from tests.fuzz.mutations import encodable, mutated
from tests.fuzz.target import Target

_FORM: Final = "application/x-www-form-urlencoded"
_WORDS: Final = tuple(
    each.value for kind in (Reason, ReasonCode, DecisionKind, CardKind, Language) for each in kind
)
_MORE_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "apply_submit": ("details", "contact_email", "keep_doubts", "photo"),
    "review_decide": ("reason_code", "message", "confirm_contact"),
    "office_confirm": ("contact_email", "contact_confirmed"),
    "auth_sign_out": ("kind",),
}
"""Fields that the right caller may leave out."""
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    row: (*how.form, *_MORE_FIELDS.get(row, ()))
    for row, how in KNOCKS.items()
    if row not in PROGRAMS and (how.form or row in _MORE_FIELDS)
}
"""Every form that a door reads, taken from the table of doors: a new one is tried without a word here."""
_GOOD: Final = "a.b+c@home.example"


def _judge(house: House, row: str, answer: Answer, before: Mapping[str, str]) -> bool:
    """Never a fault of ours; a refusal names its problem and leaves nothing; what is taken changes what the row says."""
    assert answer.status < 500, answer.text
    check_answer(house, answer)
    changed = house.changed_since(before)
    if answer.status >= 400:
        assert not changed - {"accesses"}, (
            row,
            changed,
        )  # the page with the errors shows the case again: a look
        if answer.function:
            assert answer.problem or answer.headers["content-type"].startswith("text/html")
        return False
    assert changed <= set(KNOCKS[row].stores), (row, changed)
    return True


# --- forms --------------------------------------------------------------------------------------------


async def _send_form(house: House, sent: tuple[str, dict[str, str], bool]) -> bool:
    row, fields, as_json = sent
    scene = await scene_of(house, row)
    before = house.stored()
    headers = {
        "origin": house.base_url,
        "content-type": _FORM,
        "accept": "application/json" if as_json else "text/html",
    }
    headers |= cookie_header(every_cookie(scene))
    body = urlencode(fields).encode()
    answer = await house.send("POST", scene.path(KNOCKS[row].path), headers=headers, body=body)
    return _judge(house, row, answer, before)


def _filled() -> st.SearchStrategy[tuple[str, dict[str, str], bool]]:
    @cache
    def of(row: str) -> st.SearchStrategy[tuple[str, dict[str, str], bool]]:
        value = encodable(
            *_WORDS, "on", "mine", "not_mine", "card", "account", _GOOD, "hanako@u.example", "staff"
        )
        good = dict(KNOCKS[row].form)
        odd = st.dictionaries(st.sampled_from([*_FIELDS[row], *_FIELDS[row], "other"]), value, max_size=8)
        return st.tuples(st.just(row), odd.map(lambda fields: good | fields), st.booleans())

    return st.sampled_from(sorted(_FIELDS)).flatmap(of)


# --- programs -----------------------------------------------------------------------------------------


async def _send_document(house: House, sent: tuple[str, bytes]) -> bool:
    row, body = sent
    scene = await scene_of(house, row)
    before = house.stored()
    headers = {
        "content-type": "application/json",
        "origin": house.base_url,
        **cookie_header(every_cookie(scene)),
    }
    if row in PROGRAMS:
        headers |= TOKENS["flow" if row == "form_response" else "user"](house, scene)
    answer = await house.send("POST", scene.path(KNOCKS[row].path), headers=headers, body=body)
    return _judge(house, row, answer, before)


_RESPONSE: Final[dict[str, Any]] = {
    "form_id": "v4j5cvGGr0GRqy180BHbR-sample-ja",
    "response_id": "1043",
    "responder": "1000807738@utac.example.ac.jp",
    "submit_date": "11/24/2026 1:20:05 AM",
    "answers": {
        "r1a2b3c4d5e6f708192a3b4c5d6e7f809": "初期設定の途中でできなくなった",
        "r2222333344445555666677778888aaaa": "Mai.Sample@mail.example.com",
    },
}
_APPLICATION: Final[dict[str, Any]] = {
    "reason": "lost",
    "details": "",
    "language": "en",
    "contact_email": "",
    "photo": "cGhvdG8=",
}
_DOCUMENTS: Final[Mapping[str, dict[str, Any]]] = {
    "form_response": _RESPONSE,
    "api_apply": _APPLICATION,
    "pickup_ask": {"public_key": "key"},
    "verify_issue": {"public_key": "key", "item": "pass"},
}


def _documents() -> st.SearchStrategy[tuple[str, bytes]]:
    @cache
    def of(row: str) -> st.SearchStrategy[tuple[str, bytes]]:
        good = _DOCUMENTS[row]
        members = st.sampled_from([*good, *good, "other"])
        odd = st.dictionaries(members, json_values(*_WORDS, _GOOD), max_size=3)
        answers = st.dictionaries(
            st.sampled_from(sorted(_RESPONSE["answers"])), json_values(_GOOD), max_size=3
        )
        made = st.tuples(odd, answers).map(
            lambda two: good | ({"answers": two[1]} if "answers" in good and two[1] else {}) | two[0]
        )
        body = st.one_of(st.just(good), made, made).map(lambda value: json.dumps(value).encode())
        broken = mutated(json.dumps(good).encode(), b"{}")
        return st.tuples(st.just(row), st.one_of(body, body, broken))

    return st.sampled_from(sorted(_DOCUMENTS)).flatmap(of)


# --- addresses and headers ------------------------------------------------------------------------------

_HEADERS: Final = (
    "accept", "accept-language", "cookie", "forwarded", "x-forwarded-for", "x-forwarded-host",
    "x-forwarded-proto", "host", "referer",
    "content-type", "content-length", "authorization", "x-functions-key", "idempotency-key",
    "x-ms-client-principal", "range", "if-none-match",
    "user-agent", "expect",
)  # fmt: skip
_VALUES: Final = (
    "for=192.0.2.1;host=evil.example", "192.0.2.1, 198.51.100.7", "[::1]:80", "application/json",
    "text/html;q=0", "*/*", "Bearer x.y.z",
    "Bearer " + "a" * 9_000, "bytes=0-", "multipart/form-data; boundary=x", "text/plain", "ja;q=nan", "=;=;=",
)  # fmt: skip


async def _send_headers(house: House, sent: tuple[str, dict[str, str]]) -> bool:
    """Odd headers from somebody who may: the answer is one that the table of doors knows, or the service says what is wrong."""
    row, headers = sent
    scene = await scene_of(house, row)
    before = house.stored()
    answer = await knock(
        house, row, scene, headers, sessions={} if "cookie" in headers else every_cookie(scene)
    )
    return _judge(house, row, answer, before)


def _odd_headers() -> st.SearchStrategy[tuple[str, dict[str, str]]]:
    rows = sorted(each for each in KNOCKS if "without" not in each)  # everybody here has the mailed link
    line = encodable(*_VALUES).map(lambda text: text.replace("\r", "").replace("\n", ""))
    return st.tuples(st.sampled_from(rows), st.dictionaries(st.sampled_from(_HEADERS), line, max_size=4))


async def _send_address(house: House, sent: tuple[str, list[str], dict[str, str]]) -> bool:
    """Odd ids, links and queries at every door, from somebody with a cookie of each kind."""
    name, parts, query = sent
    row = next(each for each in KNOCKS if door_of(each) == name)
    scene = await scene_of(house, "home")
    before = house.stored()
    path = "/".join(
        quote(parts[place % len(parts)], safe="") if "{" in segment else segment
        for place, segment in enumerate(methods_of()[name][0].split("/"))
    )
    target = f"/{path}?{urlencode(query)}"
    headers = {
        "accept-language": "en",
        "origin": house.base_url,
        "content-type": _FORM,
        **cookie_header(every_cookie(scene)),
    }
    answer = await house.send(method_of(row), target, headers=headers)
    assert answer.status < 500 or answer.function == "health_ready", answer.text
    if answer.function:
        check_answer(house, answer)
    assert answer.status < 400 or not house.changed_since(before)
    assert "evil.example" not in answer.location.partition("?")[0]
    return answer.status < 400


def _addresses() -> st.SearchStrategy[tuple[str, list[str], dict[str, str]]]:
    with_parts = sorted(methods_of())
    part = encodable("0" * 32, "a.b.c", "style.css", "website", "..", ".", "%2e%2e", "A" * 32)
    query = st.dictionaries(
        st.sampled_from(["next", "as_role", "lang", "key", "state", "code", "error", "login_hint", "other"]),
        encodable("/staff", "staff", "linker", "applicant", "//evil.example", "https://evil.example/", "en"),
        max_size=4,
    )
    return st.tuples(st.sampled_from(with_parts), st.lists(part.filter(bool), min_size=1, max_size=3), query)


TARGETS: Final = (
    Target("fields of forms", _filled(), _send_form, slowness=8),
    Target("documents of programs", _documents(), _send_document, slowness=8),
    Target("headers", _odd_headers(), _send_headers, slowness=8),
    Target("addresses", _addresses(), _send_address, slowness=6),
)

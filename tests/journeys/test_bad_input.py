"""What people and programs send: photos that are none, missing and monstrous fields, markup, bodies without length."""

import io
import socket
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from PIL import Image

from local.visitor import Visitor, eventually
from tests.journeys.stored import Stored
from tests.journeys.town import Case, Town, problem, words

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>{{7*7}}"


@pytest.fixture(scope="module")
def student(staffed: Town) -> Visitor:
    """Somebody whose every attempt is refused."""
    return staffed.newcomer()


def png(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 1200, height: int = 800) -> bytes:
    """A plain grey picture."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 200


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "missing"),
        (SVG, 415, "wrong_type"),
        (b"<!doctype html><html><script>alert(1)</script></html>", 415, "wrong_type"),
        (b"GIF89a" + b"\0" * 300, 415, "wrong_type"),
        (b"%PDF-1.7\n" + b"\0" * 300, 415, "wrong_type"),
        (HEIC, 415, "heic"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, 400, "unreadable"),
        (jpeg()[:5000], 400, "unreadable"),
        (png(40_000, 40_000), 413, "too_many_pixels"),
        (jpeg(120, 90), 400, "too_small"),
    ],
    ids=["empty", "svg", "html", "gif", "pdf", "heic", "no jpeg", "truncated", "bomb", "tiny"],
)
def test_a_photo_that_is_none_is_refused_and_leaves_nothing(
    town: Town, student: Visitor, raw: bytes, status: int, code: str
) -> None:
    before = Stored(town.stack.settings.storage).photos()
    answer = student.apply(raw)
    assert problem(answer, status)["errors"] == {"photo": code}
    page = student.http.post(
        f"{town.stack.app}/apply",
        data={"reason": "lost", "language": "en", "details": "still here"},
        files={"photo": ("card.jpg", raw, "image/jpeg")},
        headers={"Origin": town.stack.app},
        timeout=60,
    )
    assert page.status_code == status
    assert "still here" in page.text
    assert Stored(town.stack.settings.storage).photos() == before
    assert town.staff().get("/health").ok


def test_a_photo_of_more_than_ten_megabytes_is_too_large(town: Town, student: Visitor) -> None:
    picture = jpeg()
    answer = student.apply(picture + b"\0" * (10 * 1024 * 1024 + 1 - len(picture)))

    assert problem(answer, 413)["errors"] == {"photo": "too_large"}


def test_an_upload_far_beyond_the_limit_is_too_large(town: Town, student: Visitor) -> None:
    problem(student.apply(b"\xff\xd8\xff" + b"\0" * (14 * 1024 * 1024)), 413)


def test_heic_is_told_what_to_do(town: Town, student: Visitor) -> None:
    page = student.http.post(
        f"{town.stack.app}/apply",
        data={"reason": "lost", "language": "en"},
        files={"photo": ("IMG_0001.HEIC", HEIC, "image/heic")},
        headers={"Origin": town.stack.app},
        timeout=60,
    )

    assert "JPEG" in words(page.text)


def test_a_photo_hard_to_judge_is_asked_for_once_more_and_then_taken_flagged(town: Town) -> None:
    person = town.newcomer()
    dark = io.BytesIO()
    Image.open(io.BytesIO(town.card(person))).point(lambda value: value // 12).save(dark, "JPEG")
    first = person.apply(dark.getvalue())
    assert problem(first, 400)["errors"] == {"photo": "doubtful"}
    second = person.apply(dark.getvalue())
    assert second.status_code == 202
    taken = second.json()
    case = Case(town, person, taken["id"], taken["reference"], taken)

    assert "photo_unclear" in case.waits("in_review")["flags"]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"reason": ""}, {"reason": "missing"}),
        ({"reason": "bored"}, {"reason": "invalid"}),
        ({"language": "fr"}, {"language": "invalid"}),
        ({"details": "x" * 2001}, {"details": "too_long"}),
        ({"contact_email": "nobody"}, {"contact_email": "invalid"}),
        ({"contact_email": "a@b.example\r\nBcc: c@d.example"}, {"contact_email": "invalid"}),
        ({"contact_email": "a" * 300 + "@b.example"}, {"contact_email": "too_long"}),
    ],
)
def test_fields_that_are_wrong_are_named(
    town: Town, student: Visitor, fields: dict[str, str], errors: dict[str, str]
) -> None:
    answer = student.apply(town.card(student), **fields)

    assert problem(answer, 400)["errors"] == errors


def test_bodies_that_are_no_form_are_refused(town: Town, student: Visitor) -> None:
    url = f"{town.stack.app}/apply"
    base = {"Origin": town.stack.app, "Accept": "application/json"}
    form = "application/x-www-form-urlencoded"
    parts = "multipart/form-data; boundary=x"
    bodies = [
        ("text/plain", b"hello", 415),
        ("application/json", b"{}", 415),
        (form, b"reason=%ff%fe", 400),
        (form, "reason=\u3042".encode("shift_jis"), 400),
        (form, b"&".join(b"a%d=b" % number for number in range(500)), 400),
        (parts, b"--x\r\nnonsense", 400),
        (parts, b'--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\n\xff\xfe\r\n--x--\r\n', 400),
        ("multipart/form-data", b"--x--", 400),
        (form, b"", 400),
    ]
    for kind, body, status in bodies:
        answer = student.http.post(url, data=body, headers={**base, "Content-Type": kind}, timeout=30)
        assert answer.status_code == status, (kind, body[:40], answer.text)
        problem(answer, status)


def test_a_body_without_a_length_is_refused(town: Town, student: Visitor) -> None:
    """Raw: no client library sends such a request."""
    cookies = "; ".join(f"{each.name}={each.value}" for each in student.http.cookies)
    head = (
        "POST /apply HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: application/json\r\n"
        f"Origin: {town.stack.app}\r\nCookie: {cookies}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
    )
    for more in ("\r\n", "Transfer-Encoding: chunked\r\n\r\nb\r\nreason=lost\r\n0\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", town.stack.settings.port), timeout=20) as line:
            line.sendall((head + more).encode())
            answer = b""
            while part := line.recv(65536):
                answer += part
        assert b" 411 " in answer.split(b"\r\n", 1)[0]


def test_markup_in_every_field_is_shown_as_text(town: Town) -> None:
    person = town.newcomer(name=f"名前 {MARKUP}")
    case = town.in_review(person, details=f"{MARKUP}\nsecond line", reason="other")
    status = person.get(f"/applications/{case.id}").text
    review = town.staff().get(case.review_link()).text
    console = town.staff().get(f"/staff/applications/{case.id}").text
    worklist = town.staff().get("/staff").text
    for page in (status, review, console, worklist):
        _is_text(page)
    assert "&lt;script&gt;alert(1)" in review
    case.decide("return", reason_code="other", message=MARKUP)
    case.waits("returned")
    _is_text(person.get(f"/applications/{case.id}").text)
    told = eventually(lambda: [m for m in case.mails(case.address) if "alert(1)" in m["text"]], "the mail")[
        -1
    ]
    _is_text(told["html"])
    assert MARKUP in told["text"]
    assert "&lt;script&gt;" in told["html"]
    for mail in case.all_mails():
        _is_text(mail["html"])
        assert "\n" not in mail["subject"]


def _is_text(html: str) -> None:
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;b&gt;49" not in html


def test_the_same_form_sent_twice_is_one_application(town: Town) -> None:
    person = town.newcomer()
    photo, form = town.card(person), "5" * 32
    first, second = (person.apply(photo, form_id=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    taken = first.json()
    case = Case(town, person, taken["id"], taken["reference"], taken)
    case.waits("in_review")
    assert person.apply(photo, form_id=form).json()["id"] == case.id

    assert case.events().count("submitted") == 1


def test_the_same_form_sent_in_parallel_is_one_application(town: Town) -> None:
    person = town.newcomer()
    answers = at_once(person, town.card(person), ["6" * 32] * 3)
    assert {each.status_code for each in answers} == {202}
    assert len({each.json()["id"] for each in answers}) == 1
    taken = answers[0].json()
    case = Case(town, person, taken["id"], taken["reference"], taken)
    case.waits("in_review")

    assert case.events().count("submitted") == 1
    reviewer = town.staff().upn
    eventually(lambda: case.mails(reviewer), "the mail to the reviewer")
    assert len(case.mails(reviewer)) == 1


def test_a_second_application_is_led_to_the_open_one(town: Town) -> None:
    case = town.in_review()
    again = case.person.apply(town.card(case.person))
    assert problem(again, 409)["link"] == f"/applications/{case.id}"
    page = case.person.http.post(
        f"{town.stack.app}/apply",
        data={"reason": "lost", "language": "en"},
        files={"photo": ("card.jpg", town.card(case.person), "image/jpeg")},
        headers={"Origin": town.stack.app},
        timeout=60,
    )

    assert page.status_code == 409
    assert f"/applications/{case.id}" in page.text
    assert f"/applications/{case.id}" in case.person.get("/apply").text


def test_of_two_applications_at_the_same_instant_one_goes_on(town: Town) -> None:
    person = town.newcomer()
    answers = at_once(person, town.card(person), ["7" * 32, "8" * 32])
    taken = [each.json() for each in answers if each.status_code == 202]
    cases = [Case(town, person, each["id"], each["reference"], each) for each in taken]
    assert cases
    states = sorted(case.waits("in_review", "cancelled")["state"] for case in cases)
    assert states in (["cancelled", "in_review"], ["in_review"])
    if len(cases) == 2:
        lost = next(case for case in cases if case.seen()["state"] == "cancelled")
        kept = next(case for case in cases if case is not lost)
        assert f"/applications/{kept.id}" in person.get(f"/applications/{lost.id}").text


def at_once(person: Visitor, photo: bytes, forms: list[str]) -> list[requests.Response]:
    """The same person's browser sends these forms at the same instant."""
    together = threading.Barrier(len(forms))

    def send(form: str) -> requests.Response:
        window = Visitor(person.app, person.person)
        window.http.cookies.update(person.http.cookies)
        together.wait()
        return window.apply(photo, form_id=form)

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(send, forms))


def test_errors_are_told_in_the_caller_s_language(town: Town) -> None:
    person = town.newcomer()
    for language, told in (("ja", "申請"), ("en", "application")):
        page = person.http.get(
            f"{town.stack.app}/applications/{'0' * 32}", headers={"Accept-Language": language}, timeout=30
        )
        assert page.status_code == 404
        assert f'lang="{language}"' in page.text
        assert told in page.text.lower()

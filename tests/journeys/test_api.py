"""Another frontend applies for its signed-in user: what it may, what it may not, and what it is told."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from local.flow import Flow
from tests.journeys.programs import APPLICATIONS, call, user_token
from tests.journeys.stored import Stored
from tests.journeys.town import Case, Town, problem

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def as_json(photo: bytes, **fields: object) -> dict[str, Any]:
    """An application as a JSON body."""
    return {"reason": "broken", "photo": base64.b64encode(photo).decode()} | fields


def test_from_another_frontend_to_the_pass(town: Town) -> None:
    student = town.newcomer()
    token = user_token(town, student)
    answer = call(
        town,
        "POST",
        APPLICATIONS,
        token,
        data={"reason": "replaced", "details": "新しい電話", "language": "ja", "contact_email": ""},
        files={"photo": ("card.jpg", town.card(student), "image/jpeg")},
    )
    assert answer.status_code == 202, answer.text
    taken = answer.json()
    assert taken.keys() == {"id", "reference", "state", "review_from", "status_url"}
    assert taken["status_url"] == f"{town.stack.app}/applications/{taken['id']}"
    assert answer.headers["Location"] == f"{APPLICATIONS}/{taken['id']}"
    case = Case(town, student, taken["id"], taken["reference"], taken)
    case.waits("in_review")
    told = call(town, "GET", answer.headers["Location"], token)
    assert told.json() == student.status(case.id)
    assert (told.json()["channel"], told.json()["state"]) == ("website", "in_review")
    assert "新しい電話" in town.staff().get(case.review_link()).text
    case.decide("approve")
    case.waits("approved")
    case.opens_pickup()
    code = case.collects()
    assert [each["value"] for each in town.graph(student)["passes"]] == [code]


def test_json_with_the_photo_in_base64_is_the_same(town: Town) -> None:
    student = town.newcomer()
    token = user_token(town, student)
    answer = call(
        town, "POST", APPLICATIONS, token, json=as_json(town.card(student), details="dropped\x00it")
    )
    assert answer.status_code == 202, answer.text
    case = Case(town, student, answer.json()["id"], answer.json()["reference"], answer.json())
    case.waits("in_review")
    page = town.staff().get(case.review_link())
    assert "droppedit" in page.text
    assert town.staff().get(f"{case.review_link()}/photo").content.startswith(b"\xff\xd8")


def test_who_it_is_for_is_who_the_token_says(town: Town) -> None:
    student, other = town.newcomer(), town.newcomer()
    body = as_json(town.card(student), subject=other.person["oid"], oid=other.person["oid"], upn=other.upn)
    answer = call(town, "POST", APPLICATIONS, user_token(town, student), json=body)
    student.wait_state(answer.json()["id"], "in_review")
    problem(other.get(f"/applications/{answer.json()['id']}", json=True), 403)


def test_only_one_s_own_applications_are_there(town: Town) -> None:
    case = town.applies()
    case.waits("in_review")
    token = user_token(town, town.newcomer())
    others = call(town, "GET", f"{APPLICATIONS}/{case.id}", token)
    nobodys = call(town, "GET", f"{APPLICATIONS}/{'0' * 32}", token)
    assert problem(others, 404) == problem(nobodys, 404)
    for odd in ("x", "A" * 32, "..%2f..", "'", "a" * 900):
        assert call(town, "GET", f"{APPLICATIONS}/{odd}", token).status_code == 404
    mine = call(town, "HEAD", f"{APPLICATIONS}/{case.id}", user_token(town, case.person))
    assert (mine.status_code, mine.content) == (200, b"")


def test_an_open_application_is_told_of(town: Town) -> None:
    case = town.applies()
    case.waits("in_review")
    body = as_json(town.card(case.person))
    told = problem(call(town, "POST", APPLICATIONS, user_token(town, case.person), json=body), 409)
    assert told["link"] == f"/applications/{case.id}"


def test_a_repeated_call_with_its_key_is_one_application(town: Town) -> None:
    student = town.newcomer()
    token, body = user_token(town, student), as_json(town.card(student))
    gate = threading.Barrier(4)

    def post(_: int) -> requests.Response:
        gate.wait()
        return call(town, "POST", APPLICATIONS, token, json=body, headers={"Idempotency-Key": "order-7"})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(post, range(4)))
    assert {each.status_code for each in answers} == {202}
    assert len({each.json()["id"] for each in answers}) == 1
    student.wait_state(answers[0].json()["id"], "in_review")
    assert call(town, "POST", APPLICATIONS, token, json=body, headers={"Idempotency-Key": "order-7"}).ok
    problem(call(town, "POST", APPLICATIONS, token, json=body, headers={"Idempotency-Key": "order-8"}), 409)


@pytest.mark.parametrize("key", ["x" * 129, "a b", "\xe9"])
def test_a_key_that_is_none_is_refused(town: Town, key: str) -> None:
    body = as_json(SVG)
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = call(town, "POST", APPLICATIONS, user_token(town, town.newcomer()), json=body, headers=headers)
    assert problem(answer, 422)["errors"] == {"Idempotency-Key": "invalid"}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"reason": None}, {"reason": "invalid"}),
        ({"reason": "bored"}, {"reason": "invalid"}),
        ({"details": "x" * 2001}, {"details": "too_long"}),
        ({"details": 7}, {"details": "wrong_type"}),
        ({"language": "fr"}, {"language": "invalid"}),
        ({"contact_email": "nobody"}, {"contact_email": "invalid"}),
        ({"photo": "***"}, {"photo": "invalid"}),
        ({"photo": ""}, {"photo": "missing"}),
        ({"photo": 1}, {"photo": "wrong_type"}),
        ({"keep_doubts": "perhaps"}, {"keep_doubts": "wrong_type"}),
    ],
)
def test_fields_that_are_wrong_are_named_with_words(
    town: Town, fields: dict[str, object], errors: dict[str, str]
) -> None:
    token = user_token(town, town.newcomer(signed_in=False))
    told = problem(call(town, "POST", APPLICATIONS, token, json=as_json(b"x") | fields), 422)
    assert told["errors"] == errors
    assert told["messages"].keys() == errors.keys()


@pytest.mark.parametrize(
    ("options", "status", "kind"),
    [
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400, "body_unreadable"),
        ({"json": [1]}, 400, "body_unreadable"),
        ({"data": {"reason": "lost"}}, 415, "body_wrong_type"),
        ({"data": b"x", "headers": {"Content-Type": "image/jpeg"}}, 415, "body_wrong_type"),
        ({"data": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "body_unreadable"),
        ({"json": {}}, 422, "invalid_fields"),
        ({"files": {"photo": ("a.jpg", b"")}, "data": {"reason": "lost"}}, 422, "invalid_fields"),
        ({"files": {"photo": ("a.svg", SVG)}, "data": {"reason": "lost"}}, 415, "body_wrong_type"),
        ({"json": as_json(SVG)}, 415, "body_wrong_type"),
        ({"json": as_json(b"\xff\xd8\xff\xe0" + b"\0" * 500)}, 422, "invalid_fields"),
        ({"json": as_json(b"\0" * (10 * 1024 * 1024 + 1))}, 413, "body_too_large"),
        ({"data": b"\0" * (15 * 1024 * 1024), "headers": {"Content-Type": "application/json"}}, 413, "too_large"),
    ],
    ids=[
        "cut", "list", "urlencoded", "a picture", "no boundary", "empty", "no photo", "svg upload", "svg", "no jpeg",
        "photo over 10 MB", "body over the limit",
    ],
)  # fmt: skip
def test_bodies_that_are_none_are_refused_and_leave_nothing(
    town: Town, options: dict[str, Any], status: int, kind: str
) -> None:
    before = Stored(town.stack.settings.storage).photos()
    answer = call(town, "POST", APPLICATIONS, user_token(town, town.newcomer(signed_in=False)), **options)
    assert problem(answer, status)["type"].endswith(kind)
    assert Stored(town.stack.settings.storage).photos() == before


def test_only_a_person_s_delegated_token_opens_the_doors(town: Town) -> None:
    case = town.applies()
    flow = Flow(town.stack.app, town.stack.local)
    for token, status in (("", 401), ("x.y.z", 401), (flow.token(), 403)):
        for answer in (
            call(town, "POST", APPLICATIONS, token, json={}),
            call(town, "GET", f"{APPLICATIONS}/{case.id}", token),
        ):
            problem(answer, status)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    cookies = case.person.get(f"{APPLICATIONS}/{case.id}", json=True)
    problem(cookies, 401)


def test_no_page_of_another_site_may_read_the_answers(town: Town) -> None:
    """These doors are for servers: no CORS header lets a browser's script in."""
    answer = call(
        town,
        "GET",
        f"{APPLICATIONS}/{'0' * 32}",
        user_token(town, town.newcomer(signed_in=False)),
        headers={"Origin": "https://evil.example"},
    )
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]

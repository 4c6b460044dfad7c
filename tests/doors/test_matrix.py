"""Every door and every kind of caller, taken from the app's own routes: who gets what, and that a refusal leaves nothing.

The expected table is in ``matrix.py``. A new door without a row fails the first test.
"""

import re
import time
from dataclasses import replace

import pytest

from shared import bootstrap
from shared.adapters.signed_links import SignedLinks
from shared.domain.links import Purpose
from tests.doors import matrix
from tests.doors.callers import SESSIONS, TOKENS, WORTHLESS, cookie_header, every_cookie, staff
from tests.doors.house import House, methods_of
from tests.doors.knocking import HTML, JSON, cell, door_of, knock, method_of, scene_of
from tests.doors.matrix import KNOCKS, PROGRAMS

PEOPLE = matrix.people()


def test_every_door_has_a_row() -> None:
    doors = set(methods_of())
    assert {door_of(row) for row in KNOCKS} == doors, "a door without a line in matrix.KNOCKS"
    assert {door_of(row) for row in (*PEOPLE, *PROGRAMS)} == doors, "a door without a line in the table"
    assert set(KNOCKS) == {*PEOPLE, *PROGRAMS}
    assert all(list(row) == list(SESSIONS) for row in PEOPLE.values())


@pytest.mark.parametrize("row", PEOPLE)
async def test_each_caller_gets_what_the_table_says(house: House, row: str) -> None:
    """And storage changes only for whoever is let in, and then in the parts that the row names."""
    got: dict[str, str] = {}
    for caller, sessions in SESSIONS.items():
        for form in (HTML, JSON):
            scene = await scene_of(house, row)
            before = house.stored()
            answer = await knock(house, row, scene, form, sessions=sessions(scene))
            assert answer.function == door_of(row)
            is_in = answer.status < 400 and not cell(answer).isalpha()
            stored = house.changed_since(before)
            assert stored == (set(KNOCKS[row].stores) if is_in else set()), (caller, form, answer.status)
            if form is HTML:
                got[caller] = cell(answer)
            else:
                expected = PEOPLE[row][caller]
                same = cell(answer) == expected or (expected < "400" and answer.status < 400)
                assert same, (caller, form, answer.status, answer.text[:300])
    assert got == PEOPLE[row]


@pytest.mark.parametrize("row", PEOPLE)
async def test_what_looks_like_a_session_and_is_none_counts_for_nothing(house: House, row: str) -> None:
    """Cookies of one kind under the name of another, forged, altered or old ones, the platform's own headers, tokens."""
    for name, caller in WORTHLESS.items():
        scene = await scene_of(house, row)
        before = house.stored()
        answer = await knock(
            house, row, scene, HTML | caller(house, scene), sessions=None if "cookies" in name else {}
        )
        got = cell(answer)
        expected = PEOPLE[row]["nobody"]
        assert got == expected, (name, got)
        assert house.changed_since(before) == (set(KNOCKS[row].stores) if expected < "400" else set()), name


@pytest.mark.parametrize("row", PROGRAMS)
async def test_programs_get_what_their_token_is_good_for(house: House, row: str) -> None:
    for name, caller in TOKENS.items():
        scene = await scene_of(house, row)
        before = house.stored()
        answer = await knock(house, row, scene, caller(house, scene))
        expected = PROGRAMS[row].get(name, 401)
        assert answer.status == expected, (name, answer.status, answer.text[:200])
        assert ("www-authenticate" in answer.headers) == (expected in {401, 403}), name
        assert house.changed_since(before) == (set(KNOCKS[row].stores) if expected < 400 else set()), name
        assert not answer.cookies, name


_WRONG_ORIGINS = (
    None, "", "null", "https://evil.example", "http://mfa.example.ac.jp", "https://mfa.example.ac.jp.evil.example",
    "https://mfa.example.ac.jp:8443", "https://MFA.example.ac.jp", "https://mfa.example.ac.jp/",
    "https://mfa.example.ac.jp, null",
)  # fmt: skip
_POSTS = [row for row in PEOPLE if method_of(row) == "POST"]


@pytest.mark.parametrize("row", _POSTS)
async def test_a_post_that_does_not_come_from_our_own_pages_does_nothing(house: House, row: str) -> None:
    """Sent with the cookies of whoever may: another site, no ``Origin``, ``Origin: null``, a name that begins like ours."""
    for origin in _WRONG_ORIGINS:
        scene = await scene_of(house, row)
        before = house.stored()
        headers = cookie_header(every_cookie(scene))
        answer = await knock(house, row, scene, {**JSON, **headers, "origin": origin or ""})
        assert (answer.status, answer.problem) == (403, "wrong_origin"), origin
        assert not answer.cookies, origin
        assert not house.changed_since(before), origin


@pytest.mark.parametrize("row", _POSTS)
async def test_a_post_without_a_length_or_with_too_much_does_nothing(house: House, row: str) -> None:
    for length, problem in (
        ("", "length_required"),
        ("-1", "length_required"),
        ("99999999", "too_large"),
        ("9" * 5000, "too_large"),
    ):
        scene = await scene_of(house, row)
        before = house.stored()
        headers = cookie_header(every_cookie(scene)) | {"content-length": length}
        answer = await knock(house, row, scene, JSON | headers)
        assert answer.problem == problem, (row, answer.text)
        assert not house.changed_since(before)


@pytest.mark.parametrize("row", [*PEOPLE, *PROGRAMS])
async def test_other_methods_find_no_door(house: House, row: str) -> None:
    """The platform knows no address for them: nothing of ours runs."""
    allowed = {
        method
        for route, methods in methods_of().values()
        if route == methods_of()[door_of(row)][0]
        for method in methods
    }
    for method in (
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "CONNECT",
        "get",
        "FOO",
    ):
        if method in allowed:
            continue
        scene = await scene_of(house, row)
        before = house.stored()
        answer = await knock(house, row, scene, HTML, sessions=every_cookie(scene), method=method)
        assert (answer.function, answer.status) == ("", 404), method
        assert not house.changed_since(before)


_HEADS = [row for row in PEOPLE if "HEAD" in methods_of()[door_of(row)][1]]


@pytest.mark.parametrize("row", _HEADS)
async def test_head_is_answered_as_get_is_and_changes_nothing_but_access_records(
    house: House, row: str
) -> None:
    for caller, sessions in SESSIONS.items():
        scene = await scene_of(house, row)
        before = house.stored()
        answer = await knock(house, row, scene, HTML, sessions=sessions(scene), method="HEAD")
        assert cell(answer) == PEOPLE[row][caller], caller
        assert house.changed_since(before) <= {"accesses"}, caller


async def test_no_get_changes_anything_but_access_records() -> None:
    for row, knocked in KNOCKS.items():
        if method_of(row) == "GET":
            assert set(knocked.stores) <= {"accesses"}, row


_FORGED_HOSTS = {
    "host": "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "http",
    "x-forwarded-for": "evil.example",
    "x-original-host": "evil.example",
    "x-host": "evil.example",
    "forwarded": "host=evil.example;proto=http",
    "x-original-url": "/staff?evil.example",
    "x-rewrite-url": "/staff?evil.example",
    "x-forwarded-prefix": "//evil.example",
    "referer": "https://evil.example/",
}


@pytest.mark.parametrize("row", [*PEOPLE, *PROGRAMS])
async def test_a_forged_host_changes_no_answer(house: House, row: str) -> None:
    """Neither what is answered nor where anything leads to, for whoever may the most."""
    answers = []
    for forged in ({}, _FORGED_HOSTS):
        scene = await scene_of(house, row)
        tokens = TOKENS["flow" if row == "form_response" else "user"](house, scene) if row in PROGRAMS else {}
        answers.append(await knock(house, row, scene, HTML | tokens | forged, sessions=every_cookie(scene)))
    plain, forged_answer = answers
    told = [forged_answer.text, *forged_answer.headers.values(), *forged_answer.cookies]
    assert cell(plain) == cell(forged_answer)
    assert not [each for each in told if "evil.example" in each]
    assert _without_ids(plain.location) == _without_ids(forged_answer.location)


def _without_ids(location: str) -> str:
    return re.sub(r"[0-9a-f]{32}", "ID", location.split("?", maxsplit=1)[0])


_LINKED = {
    "review": "review",
    "review_photo": "review",
    "review_decide": "review",
    "not_me": "not_me",
    "not_me_answer": "not_me",
}


@pytest.mark.parametrize("row", _LINKED)
async def test_a_link_opens_its_own_door_only(house: House, row: str) -> None:
    """A token for another purpose, with another key, cut, lengthened, of yesterday: never let in, nothing stored."""
    scene = await scene_of(house, row)
    good = scene.links[_LINKED[row]]
    claims = bootstrap.web().links.read(Purpose(_LINKED[row]), good)
    signed = {each: bootstrap.web().links.sign(replace(claims, purpose=each)) for each in Purpose}
    late = bootstrap.web().links.sign(replace(claims, expires_at=scene.world.clock.now()))
    stranger = SignedLinks(["s" * 40]).sign(claims)
    nowhere = bootstrap.web().links.sign(replace(claims, application="0" * 32))
    wrong = {
        **{each.value: token for each, token in signed.items() if token != good},
        "late": late, "stranger": stranger, "nowhere": nowhere, "cut": good[:-1], "longer": good + "A",
        "case": good.swapcase(), "empty": ".", "long": "a" * 1500, "dots": "a.b.c", "null": "%00",
    }  # fmt: skip
    for name, token in wrong.items():
        before = house.stored()
        path = KNOCKS[row].path.replace(f"{{{_LINKED[row]}}}", token)
        answer = await knock(house, row, scene, JSON, sessions=every_cookie(scene), path=path)
        assert answer.status == (410 if name == "late" else 404), (name, answer.status)
        assert not house.changed_since(before), name


async def test_nobody_of_staff_sees_or_decides_their_own_case(house: House) -> None:
    """The reviewer's own account is the target: at every door of staff that shows or moves a case."""
    for row in (
        "review",
        "review_photo",
        "review_decide",
        "staff_case",
        "staff_run_again",
        "staff_stop",
        "staff_lift_block",
        "staff_cut_link",
    ):
        scene = await scene_of(house, row)
        own = staff(scene, "all") | {"oid": scene.world.student}
        before = house.stored()
        answer = await knock(house, row, scene, JSON, sessions={"staff": own})
        assert answer.problem == "own_case", row
        assert not house.changed_since(before), row


async def test_a_staff_session_with_too_little_left_decides_nothing(house: House) -> None:
    """A token that runs out before storage stamps the row would be refused as evidence: the person signs in again first."""
    for row in (each for each in PEOPLE if "s" in PEOPLE[each].values()):
        scene = await scene_of(house, row)
        before = house.stored()
        short = staff(scene, "all") | {"exp": int(time.time()) + 30}
        answer = await knock(house, row, scene, HTML, sessions={"staff": short})
        assert cell(answer) == "s", row
        assert not house.changed_since(before), row

"""The limits at the doors: who has had enough is told when to come again, nothing is stored, and others are not touched."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.domain.limits import DEFAULTS, Limit, Whose
from shared.ports import UnavailableError
from tests.doors.callers import SESSIONS, TOKENS, cookie_header
from tests.doors.house import Answer, House
from tests.doors.knocking import HTML, JSON, knock, scene_of
from tests.doors.matrix import KNOCKS
from tests.unit.observed import Fault
from tests.unit.world import World

_DOORS: dict[str, tuple[str, tuple[Limit, ...]]] = {
    "apply_submit": (
        "applicant",
        (Limit.UPLOADS, Limit.APPLICATIONS, Limit.UPLOADS_OF_NETWORK, Limit.SUBMISSIONS),
    ),
    "application_photo": ("applicant", (Limit.UPLOADS, Limit.UPLOADS_OF_NETWORK)),
    "pickup_ask": ("applicant", (Limit.PASS_REQUESTS,)),
    "review_decide": ("reviewer", (Limit.DECISIONS,)),
    "review_photo": ("reviewer", (Limit.PHOTO_VIEWS,)),
    "office_look_up": ("clerk", (Limit.LOOK_UPS,)),
}
_CASES = [(row, caller, limit) for row, (caller, limits) in _DOORS.items() for limit in limits]


def allow(world: World, limit: Limit, most: int) -> None:
    """Set one limit, for both sides of the world."""
    limits = dict(DEFAULTS) | {limit: replace(DEFAULTS[limit], most=most)}
    world.web = replace(world.web, rules=replace(world.web.rules, limits=limits))


def counted(world: World, limit: Limit) -> int:
    return sum(count for window, count in world.storage.limits.counts.items() if window.limit is limit)


@pytest.mark.parametrize(("row", "caller", "limit"), _CASES)
async def test_one_too_many_is_told_when_to_come_again_and_stores_nothing(
    house: House, row: str, caller: str, limit: Limit
) -> None:
    scene = await scene_of(house, row)
    allow(scene.world, limit, 0)
    house.move_in(scene.world)
    before = house.stored()
    for form in (HTML, JSON):
        answer = await knock(house, row, scene, form, sessions=SESSIONS[caller](scene))
        assert answer.status == 429, answer.text[:300]
        span = DEFAULTS[limit].span.total_seconds()
        assert 0 < int(answer.headers["retry-after"]) <= span
        assert answer.problem in {"", "too_many"}
    assert not house.changed_since(before)


@pytest.mark.parametrize(("row", "caller", "limit"), _CASES)
async def test_up_to_the_limit_the_door_is_open(house: House, row: str, caller: str, limit: Limit) -> None:
    scene = await scene_of(house, row)
    allow(scene.world, limit, 1)
    house.move_in(scene.world)
    answer = await knock(house, row, scene, JSON, sessions=SESSIONS[caller](scene))
    assert answer.status < 400, answer.text[:300]
    assert counted(scene.world, limit) == 1


@pytest.mark.parametrize("limit", [Limit.WEBHOOK_POSTS, Limit.FORM_RESPONSES])
async def test_a_flow_is_asked_to_come_again(house: House, limit: Limit) -> None:
    scene = await scene_of(house, "form_response")
    allow(scene.world, limit, 0)
    house.move_in(scene.world)
    answer = await knock(house, "form_response", scene, TOKENS["flow"](house, scene))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_a_flow_is_not_asked_to_come_again_for_an_account_that_sent_too_many(house: House) -> None:
    """It would retry what is refused for a day; the platform's default policy leaves 409 alone."""
    scene = await scene_of(house, "form_response")
    allow(scene.world, Limit.APPLICATIONS, 0)
    house.move_in(scene.world)
    before = house.stored()
    answer = await knock(house, "form_response", scene, TOKENS["flow"](house, scene))
    assert (answer.status, answer.problem) == (409, "too_many_responses")
    assert "retry-after" not in answer.headers
    assert not house.changed_since(before)


async def test_nothing_is_counted_against_who_has_not_signed_in(house: House) -> None:
    """A stranger who knocks at the doors of accounts uses up nothing of theirs."""
    for row, (_, limits) in _DOORS.items():
        if DEFAULTS[limits[0]].whose in {Whose.ACCOUNT, Whose.REVIEWER}:
            scene = await scene_of(house, row)
            before = dict(scene.world.storage.limits.counts)
            await knock(house, row, scene, HTML, sessions=SESSIONS["nobody"](scene))
            assert scene.world.storage.limits.counts == before, row


async def test_accounts_are_counted_apart(house: House) -> None:
    scene = await scene_of(house, "apply_submit")
    allow(scene.world, Limit.UPLOADS, 1)
    house.move_in(scene.world)
    statuses = [
        (await knock(house, "apply_submit", scene, JSON, sessions=SESSIONS[who](scene))).status
        for who in ("applicant", "applicant", "another")
    ]
    assert statuses == [202, 429, 202]


async def test_a_made_up_address_makes_no_other_network(house: House) -> None:
    scene = await scene_of(house, "auth_callback")
    allow(scene.world, Limit.SIGN_INS, 1)
    house.move_in(scene.world)
    statuses = [
        (await come_back(house, "applicant", {"x-forwarded-for": f"{forged}, 203.0.113.9"})).status
        for forged in ("192.0.2.1", "192.0.2.2", "192.0.2.3")
    ]
    other = await come_back(house, "applicant", {"x-forwarded-for": "203.0.113.10"})
    assert [*statuses, other.status] == [400, 429, 429, 400]


async def come_back(house: House, role: str, sent: Mapping[str, str] = HTML) -> Answer:
    """Come back from the sign-in page with a state that is not the cookie's, so that nobody is asked to redeem a code."""
    cookie = cookie_header({"flow": {"kind": role, "next": "/", "flow": {"state": "s"}}})
    return await house.send("GET", "/auth/callback?code=c&state=other", headers=HTML | cookie | dict(sent))


async def test_nobody_keeps_staff_from_signing_in(house: House) -> None:
    """Whatever was counted at their network: reviewers must review, and the operators' freeze must be reached."""
    scene = await scene_of(house, "auth_callback")
    allow(scene.world, Limit.SIGN_INS, 0)
    house.move_in(scene.world)
    assert [(await come_back(house, role)).status for role in ("applicant", "linker", "staff")] == [
        429,
        429,
        400,
    ]
    for role in ("applicant", "staff", "linker&next=/verify/link"):
        assert (await house.send("GET", f"/auth/sign-in?as_role={role}", headers=HTML)).status == 303


async def test_a_card_is_counted_where_a_code_would_be_redeemed(house: House) -> None:
    scene = await scene_of(house, "verify_callback")
    allow(scene.world, Limit.VERIFICATIONS, 0)
    house.move_in(scene.world)
    cookie = cookie_header({"verify": {"flow": {"state": "s"}, "for": "verify", "linker": ""}})
    path = "/verify/callback?code=c&state=s"
    assert (await house.send("GET", path, headers=HTML | cookie)).status == 429
    assert (await house.send("GET", path, headers=HTML)).status != 429
    assert (await house.send("GET", "/verify/start", headers=HTML)).status == 303


@pytest.mark.parametrize(
    "start", ["/auth/sign-in?as_role=applicant", "/auth/sign-in?as_role=staff", "/verify/start"]
)
async def test_starts_store_and_count_nothing_and_only_pages_start(house: House, start: str) -> None:
    """A picture on somebody's page, which every visitor's browser fetches from the campus, begins nothing."""
    scene = await scene_of(house, "auth_sign_in")
    page = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    picture = {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    frame = page | {"sec-fetch-dest": "iframe"}
    script = {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
    before = house.stored()
    for sent, status in ((page, 303), ({}, 303), (picture, 400), (frame, 400), (script, 400)):
        answer = await house.send("GET", start, headers=HTML | sent)
        assert (answer.status, any("flow" in each or "verify" in each for each in answer.cookies)) == (
            status,
            status == 303,
        ), sent
    assert not scene.world.storage.limits.counts
    assert not house.changed_since(before)


async def test_the_password_alone_uses_up_nothing_of_the_pass(house: House) -> None:
    """The thief who signed in knocks for the owner's case, for no case, with no link and with the link of another case."""
    scene = await scene_of(house, "pickup_ask")
    allow(scene.world, Limit.PASS_REQUESTS, 1)
    house.move_in(scene.world)
    session = SESSIONS["applicant"](scene)
    elsewhere = session | {"pickup": {**scene.cookies["pickup"], "application": "0" * 32}}
    for path, held in (
        (f"/pickup/{scene.case}", session),
        ("/pickup/" + "0" * 32, session),
        ("/pickup/" + "0" * 32, elsewhere),
    ):
        answer = await house.send(
            "POST",
            path,
            headers=JSON
            | cookie_header(held)
            | {"origin": house.base_url, "content-type": "application/json"},
            body=b'{"public_key":"key"}',
        )
        assert answer.status in {403, 404}, answer.text
    assert counted(scene.world, Limit.PASS_REQUESTS) == 0
    assert (await knock(house, "pickup_ask", scene, JSON, sessions=session)).status == 202


async def test_the_owner_is_never_kept_from_saying_that_it_was_not_them(house: House) -> None:
    scene = await scene_of(house, "not_me_answer")
    none = {limit: replace(each, most=0) for limit, each in DEFAULTS.items()}
    scene.world.web = replace(scene.world.web, rules=replace(scene.world.web.rules, limits=none))
    house.move_in(scene.world)
    answer = await knock(house, "not_me_answer", scene, HTML, sessions=SESSIONS["nobody"](scene))
    assert answer.status == 200
    assert "not_me_answer" in KNOCKS


@pytest.mark.parametrize(("row", "caller", "limit"), _CASES)
async def test_what_cannot_be_counted_stays_shut_unless_nothing_is_given_away(
    house: House, row: str, caller: str, limit: Limit
) -> None:
    scene = await scene_of(house, row)
    scene.world.seen.faults.append(Fault("limits", "take", UnavailableError("down")))
    answer = await knock(house, row, scene, JSON, sessions=SESSIONS[caller](scene))
    assert (answer.status < 400) is DEFAULTS[limit].open_if_unknown, answer.text[:200]
    assert answer.status in {303, 503}

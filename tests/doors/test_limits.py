"""The limits at the doors: who has had enough is told when to come again, nothing is stored, and others are not touched."""

from dataclasses import replace

import pytest

from shared.domain.limits import DEFAULTS, Limit, Whose
from shared.ports import UnavailableError
from tests.doors.callers import SESSIONS, TOKENS
from tests.doors.house import House
from tests.doors.knocking import HTML, JSON, knock, scene_of
from tests.doors.matrix import KNOCKS
from tests.unit.observed import Fault
from tests.unit.world import World

_DOORS: dict[str, tuple[str, tuple[Limit, ...]]] = {
    "auth_sign_in": ("nobody", (Limit.SIGN_INS,)),
    "verify_start": ("nobody", (Limit.VERIFICATIONS,)),
    "apply_submit": (
        "applicant",
        (Limit.UPLOADS, Limit.APPLICATIONS, Limit.UPLOADS_OF_NETWORK, Limit.SUBMISSIONS),
    ),
    "application_photo": ("applicant", (Limit.UPLOADS, Limit.UPLOADS_OF_NETWORK)),
    "pickup_ask": ("applicant", (Limit.PASS_REQUESTS,)),
    "review_decide": ("reviewer", (Limit.DECISIONS,)),
    "review_photo": ("reviewer", (Limit.PHOTO_VIEWS,)),
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


async def test_a_flow_is_asked_to_come_again(house: House) -> None:
    scene = await scene_of(house, "form_response")
    allow(scene.world, Limit.WEBHOOK_POSTS, 0)
    house.move_in(scene.world)
    answer = await knock(house, "form_response", scene, TOKENS["flow"](house, scene))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_nothing_is_counted_against_who_has_not_signed_in(house: House) -> None:
    """A stranger who knocks at the doors of accounts uses up nothing of theirs."""
    for row, (_, limits) in _DOORS.items():
        if DEFAULTS[limits[0]].whose in {Whose.ACCOUNT, Whose.REVIEWER}:
            scene = await scene_of(house, row)
            await knock(house, row, scene, HTML, sessions=SESSIONS["nobody"](scene))
            assert not scene.world.storage.limits.counts, row


async def test_accounts_are_counted_apart(house: House) -> None:
    scene = await scene_of(house, "apply_submit")
    allow(scene.world, Limit.APPLICATIONS, 1)
    house.move_in(scene.world)
    statuses = [
        (await knock(house, "apply_submit", scene, JSON, sessions=SESSIONS[who](scene))).status
        for who in ("applicant", "applicant", "another")
    ]
    assert statuses == [202, 429, 202]


async def test_a_made_up_address_makes_no_other_network(house: House) -> None:
    scene = await scene_of(house, "auth_sign_in")
    allow(scene.world, Limit.SIGN_INS, 1)
    house.move_in(scene.world)
    statuses = []
    for forged in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        headers = HTML | {"x-forwarded-for": f"{forged}, 203.0.113.9"}
        answer = await knock(house, "auth_sign_in", scene, headers, sessions=SESSIONS["nobody"](scene))
        statuses.append(answer.status)
    other = HTML | {"x-forwarded-for": "203.0.113.10"}
    answer = await knock(house, "auth_sign_in", scene, other, sessions=SESSIONS["nobody"](scene))
    assert [*statuses, answer.status] == [303, 429, 429, 303]


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

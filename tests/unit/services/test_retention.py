"""Nothing that says whose case it was outlives its date, and the case is still a case when nobody can tell whose it was."""

from datetime import timedelta

import pytest

from shared.domain.erasing import erase_at
from shared.domain.errors import LinkExpiredError
from shared.domain.kinds import DecisionKind, Flag, ReasonCode
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.domain.retention import Erasure, Retention
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from shared.services import answer_owner_notice, verify_audit
from shared.services.ask import ask
from shared.services.find_case import find_own_case
from shared.services.refusals import RefusedError
from tests.unit import cards, people
from tests.unit.counters import look_up, reach_at_office, respond
from tests.unit.domain.cases import RULES, case_in
from tests.unit.failing import fail_everywhere
from tests.unit.observed import CrashError
from tests.unit.personal import LOST, completed, personal_in
from tests.unit.reaching import lift, not_me, operate
from tests.unit.university import WEDNESDAY_MORNING, rules_of
from tests.unit.world import World

_DAY = timedelta(days=1)


def stored(world: World, without: str = "") -> str:
    """All that storage holds, as text."""
    kept = {name: port for name, port in vars(world.storage).items() if name != without}
    return str([vars(port) for port in kept.values() if hasattr(port, "__dict__")])


def personal(world: World, without: str = "") -> list[str]:
    """What storage still holds of the person, of staff's names and of anybody's tokens."""
    return personal_in(stored(world, without), world)


async def _rejected(world: World, nonce: str = "form-1") -> str:
    name = await world.apply(details=LOST, contact_email=people.TYPED, nonce=nonce)
    await world.run()
    await world.decide(DecisionKind.REJECT, reason=ReasonCode.OTHER)
    await world.run()
    return name


async def _at_the_office(world: World) -> str:
    _, name = await reach_at_office(State.COMPLETED, world)
    return name


async def _by_card(world: World) -> str:
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    await cards.obtain(world, name, 2)
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED, timedelta(hours=1))
    return name


async def _only_looked_up(world: World) -> str:
    name = await look_up(world)
    await world.move(timedelta(hours=2))
    return name


async def _refused_form(world: World) -> str:
    name = await respond(world, token="forged", contact_email=people.TYPED)
    await world.run()
    return name


async def _not_me(world: World) -> str:
    name = await completed(world)
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    return name


_ENDS = [completed, _rejected, _at_the_office, _only_looked_up, _refused_form]


def _parts(world: World, name: str) -> list[str]:
    events = world.snapshot(name).events
    return [each.detail["what"] for each in events if each.kind.value == "data_erased"]


@pytest.mark.parametrize("end", _ENDS)
async def test_half_a_year_after_the_end_nothing_says_whose_case_it_was(end: object) -> None:
    world = World()
    await end(world)  # type: ignore[operator]  # one of the functions above
    assert "hanako" in personal(world)
    await world.move(181 * _DAY)
    assert personal(world) == []
    assert not world.storage.due_rows.rows
    assert not world.storage.photos.blobs


async def test_what_was_typed_goes_after_a_month_and_the_person_is_still_known() -> None:
    world = World()
    name = await completed(world)
    await world.move(29 * _DAY)
    assert {LOST, people.TYPED, world.staff["rei"].token} <= set(personal(world))
    await world.move(2 * _DAY)
    left = personal(world)
    assert not {LOST, people.TYPED, world.staff["rei"].token, "key of session-1"} & set(left)
    assert world.case(name).display_name == "Name of hanako"
    assert _parts(world, name) == ["details", "evidence"]


async def test_a_receipt_says_what_and_how_much_and_the_audit_trail_holds() -> None:
    world = World()
    name = await completed(world)
    before = world.snapshot(name).events
    await world.move(181 * _DAY)
    snapshot = world.snapshot(name)
    assert snapshot.events[: len(before)] == before
    receipts = [each.detail for each in snapshot.events if each.kind.value == "data_erased"]
    assert [each["what"] for each in receipts] == [each.value for each in Erasure]
    assert all(int(each["fields"]) > 0 for each in receipts)
    assert all(set(each) == {"what", "fields", "rows"} for each in receipts)
    assert snapshot.application.state is State.COMPLETED
    assert not snapshot.application.salt
    assert (await verify_audit.verify_case(name, world.web)).broken is None


@pytest.mark.parametrize("end", [_only_looked_up, _refused_form])
async def test_what_never_became_a_case_is_forgotten_within_a_week(end: object) -> None:
    world = World()
    await end(world)  # type: ignore[operator]
    await world.move(8 * _DAY)
    assert personal(world) == []


async def test_no_setting_erases_the_person_while_the_owner_may_contest() -> None:
    spans = Retention(details=timedelta(0), case=_DAY, unconfirmed=timedelta(0))
    world = World(rules=rules_of(retention=spans))
    name = await completed(world)
    await world.move(29 * _DAY)
    assert world.case(name).subject == world.student
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    assert world.case(name).disowned


async def test_a_block_keeps_the_account_known_until_it_is_lifted() -> None:
    world = World()
    name = await _not_me(world)
    await operate(world, name, "stop")
    await world.move(400 * _DAY)
    lock = await world.storage.locks.read(world.student)
    assert lock is not None
    assert lock.blocked_by == (name,)
    assert world.case(name).subject == world.student
    assert not {LOST, people.TYPED} & set(personal(world))
    await lift(world, name)
    await world.move(40 * _DAY)
    assert personal(world) == []
    assert await world.storage.locks.read(world.student) is None


async def test_of_a_case_by_card_only_the_link_is_left_which_its_holder_can_remove() -> None:
    world = World()
    await _by_card(world)
    await world.move(181 * _DAY)
    await world.move(_DAY)
    assert personal(world, without="card_links") == []
    assert await world.storage.card_links.by_account(world.student) is not None


async def test_the_lock_goes_with_the_last_case_of_the_account() -> None:
    world = World()
    await _rejected(world)
    await world.move(100 * _DAY)
    second = await _rejected(world, "form-2")
    await world.move(100 * _DAY)
    assert await world.storage.locks.read(world.student) is not None
    assert world.case(second).subject == world.student
    await world.move(100 * _DAY)
    assert await world.storage.locks.read(world.student) is None
    assert personal(world) == []


async def test_two_cases_forgotten_at_once_leave_no_lock() -> None:
    world = World()
    for nonce in ("form-1", "form-2"):
        await _rejected(world, nonce)
    await world.move(200 * _DAY)
    assert await world.storage.locks.read(world.student) is None


async def test_whoever_was_forgotten_can_apply_anew() -> None:
    world = World()
    await _rejected(world)
    await world.move(200 * _DAY)
    name = await world.apply(nonce="form-2")
    await world.run()
    assert world.case(name).state in {State.HELD, State.IN_REVIEW}
    assert Flag.EARLIER_CONTEST not in world.case(name).flags


async def test_what_is_asked_of_a_forgotten_case_comes_too_late_and_leaves_nothing() -> None:
    world = World()
    name = await completed(world)
    await world.move(181 * _DAY)
    with pytest.raises(RefusedError):
        await find_own_case(name, world.student, world.web)
    claims = LinkClaims(Purpose.NOT_ME, name, people.OUTSIDE, 1, world.clock.now() + _DAY)
    with pytest.raises(LinkExpiredError):
        await answer_owner_notice.show_notice(claims, world.web)
    await ask(name, RequestKind.NOT_ME, 0, world.web, body={"note": LOST})
    await world.move(_DAY)
    assert world.case(name).state is State.COMPLETED
    assert len(world.storage.inbox) == 0
    await world.move(40 * _DAY)
    assert personal(world) == []
    assert not world.storage.due_rows.rows


async def test_a_no_to_a_forgotten_case_touches_no_account() -> None:
    world = World()
    name = await _rejected(world)
    await world.move(181 * _DAY)
    calls = len(world.seen.calls)
    await ask(name, RequestKind.NOT_ME, 0, world.web)
    await world.move(_DAY)
    assert not world.case(name).disowned
    assert not {"sessions", "locks", "mailer"} & {port for port, _ in world.seen.calls[calls:]}


@pytest.mark.parametrize(
    ("error", "after"),
    [(CrashError, False), (CrashError, True), (UnavailableError, False), (UnknownOutcomeError, True)],
    ids=["dies_before", "dies_after", "cannot_be_made", "answer_lost"],
)
async def test_an_erasure_that_breaks_off_anywhere_is_completed(
    error: type[BaseException],
    after: bool,  # noqa: FBT001
) -> None:
    async def begin() -> World:
        world = World()
        await _rejected(world)
        await world.move(8 * _DAY)
        return world

    async def go(world: World) -> str:
        await world.move(190 * _DAY)
        return world.storage.applications.ids()[0]

    async def check(world: World, name: str) -> None:
        await world.move(3 * _DAY)
        assert personal(world) == []
        assert not world.storage.due_rows.rows
        assert set(_parts(world, name)) == {each.value for each in Erasure}

    await fail_everywhere(begin, go, check, error, after=after)


def test_the_dates_of_each_part() -> None:
    case = case_in(State.COMPLETED)
    days = {each.value: (erase_at(case, each, RULES) - WEDNESDAY_MORNING).days for each in Erasure}
    assert days == {"details": 30, "evidence": 30, "person": 180, "account": 180}

"""Flags on the road: found out by the worker, shown to staff, obeyed, and no crash loses what they rest on."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from shared.domain.kinds import Attention, DecisionKind, Flag, Guard, ReasonCode
from shared.domain.links import Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.services import review_case
from shared.services.act_on_own_case import send_photo
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from shared.services.watch_cases import show_case
from tests.unit import people
from tests.unit.counters import vouched
from tests.unit.failing import fail_everywhere
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import reach, withdraw
from tests.unit.university import rules_of
from tests.unit.world import World

PHOTO = b"photo of the card"
TARO = people.account("taro")


async def _of_another(world: World, photo: bytes = PHOTO, nonce: str = "taro's form") -> str:
    """Somebody else applies, and the worker looks."""
    if TARO.oid not in world.graph.accounts:
        world.graph.add(TARO)
    world.student, mine = TARO.oid, world.student
    try:
        name = await world.apply(photo=photo, nonce=nonce)
        await world.run()
    finally:
        world.student = mine
    return name


async def test_a_photo_that_served_for_another_person_is_told_and_no_reviewer_can_approve_it() -> None:
    world = World()
    first = await _of_another(world)
    name = await world.apply(photo=PHOTO)
    await world.run()
    case = world.case(name)
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT not in world.case(first).flags
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT in case.flags
    (fact,) = [each for each in case.flag_facts if each.flag is Flag.PHOTO_OF_ANOTHER_ACCOUNT]
    assert (fact.count, fact.about) == (1, (first,))
    with pytest.raises(RefusedError) as refused:
        await world.decide()
    assert refused.value.refusal is Refusal.OFFICE_BY_POLICY
    assert world.case(name).state is State.IN_REVIEW
    await world.decide(DecisionKind.REJECT, reason=ReasonCode.USE_OFFICE)
    await world.run()
    assert world.case(name).state is State.REJECTED


async def test_the_worker_obeys_the_office_rule_whatever_web_lets_through() -> None:
    world = World()
    await _of_another(world)
    name = await world.apply(photo=PHOTO)
    await world.run()
    body = {"decision": "approve", "oid": "rei", "name": "Rei"}
    await ask(name, RequestKind.DECISION, 1, world.web, body=body, evidence=world.staff["rei"].token)
    await world.run()
    assert (world.case(name).state, world.case(name).round) == (State.IN_REVIEW, 2)
    assert world.subjects(people.OPERATORS[0])[-1] == "operator_alert"


async def test_an_approved_case_that_policy_now_sends_to_the_office_gets_no_pass() -> None:
    world, name = await reach(State.APPROVED)
    flags = frozenset(world.case(name).flags)
    assert flags
    world.worker = replace(world.worker, rules=rules_of(office_for=flags))
    await world.ask_for_pass(name)
    await world.run()
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    assert [each.guard for each in case.guards if not each.passed] == [Guard.IN_PERSON_ONLY]
    assert not world.live_pass


async def test_web_cannot_hide_that_a_photo_served_before() -> None:
    """It says nothing of the upload, or something else: the worker reads the stored photo itself."""
    world = World()
    await _of_another(world)
    for number, upload in enumerate(("", "0" * 64)):
        blob = f"{number}" * 32
        await world.storage.photos.put(blob, PHOTO)
        name = f"{number + 2}" * 32
        body = {"channel": "website", "subject": world.student, "reason": "lost", "language": "ja"}
        await ask(name, RequestKind.SUBMIT, 0, world.web, body=body | {"photo": blob, "upload": upload})
        await world.run()
        assert Flag.PHOTO_OF_ANOTHER_ACCOUNT in world.case(name).flags
        await withdraw(world, name)


async def test_the_same_upload_is_found_although_another_encoder_made_other_bytes_of_it() -> None:
    world = World()
    upload = sha256(PHOTO).hexdigest()
    await _of_another(world)
    await world.storage.photos.put("a" * 32, b"made by a later encoder")
    body = {"channel": "website", "subject": world.student, "reason": "lost", "language": "ja"}
    await ask("b" * 32, RequestKind.SUBMIT, 0, world.web, body=body | {"photo": "a" * 32, "upload": upload})
    await world.run()
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT in world.case("b" * 32).flags


async def test_ones_own_photo_again_is_no_matter() -> None:
    world, name = await reach(State.IN_REVIEW)
    await withdraw(world, name)
    again = await world.apply(photo=PHOTO, nonce="form-2")
    await world.run()
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT not in world.case(again).flags


async def test_two_accounts_of_one_person_may_share_a_photo() -> None:
    world = World()
    world.graph.add(replace(TARO, employee_id=people.STUDENT.employee_id))
    await _of_another(world)
    name = await world.apply(photo=PHOTO)
    await world.run()
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT not in world.case(name).flags


async def test_a_better_photo_is_looked_up_too() -> None:
    world = World()
    await _of_another(world, photo=b"photo of a stolen card")
    _, name = await reach(State.RETURNED, world)
    await send_photo(name, world.student, b"photo of a stolen card", world.web, keep_doubts=False)
    await world.run()
    case = world.case(name)
    assert (case.state, case.round) == (State.IN_REVIEW, 2)
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT in case.flags


async def test_a_photo_that_cannot_be_read_now_keeps_the_case_waiting_and_loses_nothing() -> None:
    world = World()
    world.seen.faults.append(Fault("photos", "get", UnavailableError("down")))
    name = await world.apply()
    await world.run()
    assert world.case(name).state is State.SUBMITTED
    world.seen.faults.clear()
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.IN_REVIEW


async def test_a_better_photo_that_cannot_be_looked_up_is_told_to_the_operator_and_not_lost() -> None:
    world, name = await reach(State.RETURNED)
    world.seen.faults.append(Fault("photos", "get", UnavailableError("down")))
    await send_photo(name, world.student, b"photo, better", world.web, keep_doubts=False)
    await world.move(timedelta(minutes=50))
    assert not world.mailer.to(people.OPERATORS[0])
    await world.move(timedelta(minutes=30))
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert world.case(name).state is State.RETURNED
    world.seen.faults.clear()
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.IN_REVIEW


async def test_digests_are_gone_in_their_time_and_then_match_nothing() -> None:
    world = World(rules=rules_of(photo_print_kept=timedelta(days=2)))
    first = await _of_another(world)
    assert {each.application for each in world.storage.photo_prints.rows.values()} == {first}
    assert not [each for each in world.storage.photo_prints.rows.values() if TARO.oid in each.owner]
    await world.move(timedelta(days=2))
    assert not world.storage.photo_prints.rows
    name = await world.apply(photo=PHOTO)
    await world.run()
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT not in world.case(name).flags


async def _two() -> World:
    world = World()
    await _of_another(world)
    return world


async def _apply_again(world: World) -> str:
    name = await world.apply(photo=PHOTO)
    await world.until(lambda: _state(world, name) is State.IN_REVIEW)
    return name


def _state(world: World, name: str) -> State | None:
    found = world.storage.applications.peek(name)
    return found.application.state if found is not None else None


async def _is_flagged(world: World, name: str) -> None:
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT in world.case(name).flags
    digest = sha256(PHOTO).hexdigest()
    assert (digest, name) in world.storage.photo_prints.rows


@pytest.mark.parametrize("error", [CrashError, UnavailableError])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_no_crash_lets_a_shared_photo_through(error: type[BaseException], after: bool) -> None:  # noqa: FBT001
    await fail_everywhere(_two, _apply_again, _is_flagged, error, after=after)


async def test_of_two_at_the_same_time_at_least_one_is_told() -> None:
    """The digest is written before the others are read."""
    world = World()
    order = world.seen.calls
    await world.apply(photo=PHOTO)
    await world.run()
    prints = [method for port, method in order if port == "photo_prints"]
    assert prints.index("keep") < prints.index("of")


async def test_a_password_changed_a_moment_ago_adds_a_delay_in_which_the_owner_may_stop_it() -> None:
    world = World()
    account = world.graph.account(world.student)
    account.facts = replace(account.facts, password_changed_at=world.clock.now() - timedelta(hours=5))
    name = await world.apply()
    await world.run()
    assert Flag.RECENT_PASSWORD_CHANGE in world.case(name).flags
    await world.decide()
    await world.run()
    assert world.case(name).state is State.COOLING_OFF
    assert "cooling_off" in world.subjects(people.OUTSIDE)
    await world.move(timedelta(hours=24))
    assert world.case(name).state is State.APPROVED


async def test_at_the_counter_a_new_password_delays_nobody() -> None:
    world = World()
    account = world.graph.account(world.student)
    account.facts = replace(account.facts, password_changed_at=world.clock.now())
    name = await vouched(world)
    assert Flag.RECENT_PASSWORD_CHANGE in world.case(name).flags
    assert world.case(name).state is State.APPROVED


async def test_an_application_soon_after_a_completed_one_is_told_and_delayed() -> None:
    world, name = await reach(State.COMPLETED)
    again = await world.apply(nonce="form-2")
    await world.run()
    facts = {each.flag: each for each in world.case(again).flag_facts}
    assert facts[Flag.SOON_AFTER_COMPLETION].at == world.case(name).completed_at
    await world.decide()
    await world.run()
    assert world.case(again).state is State.COOLING_OFF


async def test_the_third_try_within_a_month_asks_two_people() -> None:
    world, name = await reach(State.IN_REVIEW)
    for number in (2, 3):
        assert world.case(name).needs == 1
        await withdraw(world, name)
        name = await world.apply(nonce=f"form-{number}")
        await world.run()
    assert Flag.REPEATED_APPLICATIONS in world.case(name).flags
    assert world.case(name).needs == 2
    await world.decide()
    await world.run()
    assert world.case(name).state is State.IN_REVIEW
    await world.decide(by="ren")
    await world.run()
    assert world.case(name).state is State.APPROVED


async def test_staff_see_each_flag_with_what_is_known_and_what_it_asks_for() -> None:
    world = World()
    await _of_another(world)
    name = await world.apply(photo=PHOTO)
    await world.run()
    link, rei = world.link(Purpose.REVIEW, people.REVIEWERS[0]), world.staff["rei"].identity
    seen = await review_case.show_review(link, rei, world.web)
    assert seen.office_only
    assert tuple(each.fact.flag for each in seen.flags) == world.case(name).flags
    watched = await show_case(name, rei, world.web)
    assert watched.flags == seen.flags


async def test_applying_again_with_another_photo_does_not_wash_off_the_one_of_another_person() -> None:
    world = World()
    first = await _of_another(world)
    name = await world.apply(photo=PHOTO)
    await world.run()
    await withdraw(world, name)
    again = await world.apply(photo=PHOTO + b", a little altered", nonce="form-2")
    await world.run()
    facts = {each.flag: each for each in world.case(again).flag_facts}
    assert facts[Flag.PHOTO_OF_ANOTHER_ACCOUNT].about == (first,)
    with pytest.raises(RefusedError) as refused:
        await world.decide()
    assert refused.value.refusal is Refusal.OFFICE_BY_POLICY


async def test_what_an_earlier_photo_was_is_forgotten_in_time() -> None:
    world = World()
    await _of_another(world)
    name = await world.apply(photo=PHOTO)
    await world.run()
    await withdraw(world, name)
    await world.move(world.rules.risk_limits.repeated_within + timedelta(days=1))
    again = await world.apply(photo=b"photo of another card", nonce="form-2")
    await world.run()
    assert Flag.PHOTO_OF_ANOTHER_ACCOUNT not in world.case(again).flags

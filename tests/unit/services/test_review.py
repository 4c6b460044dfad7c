"""What reviewers decide, who may, and what staff who are late cause."""

from datetime import timedelta

import pytest

from shared.domain.kinds import DecisionKind, ReasonCode
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.services.act_on_own_case import send_photo, withdraw
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from tests.unit import people
from tests.unit.reaching import reach
from tests.unit.university import FRIDAY_EVENING, tokyo
from tests.unit.world import World


async def _decision_row(world: World, name: str, *, evidence: str, oid: str = "rei", slot: int = 1) -> None:
    """A decision as the inbox holds it, whoever wrote it there."""
    body = {"decision": "approve", "reason_code": "", "message": "", "oid": oid, "name": oid}
    await ask(name, RequestKind.DECISION, slot, world.web, body=body, evidence=evidence)
    await world.run()


async def test_a_rejection_ends_the_case_and_tells_the_person_why() -> None:
    world, name = await reach(State.IN_REVIEW)
    await world.decide(DecisionKind.REJECT, reason=ReasonCode.NAME_MISMATCH)
    await world.run()
    case = world.case(name)
    assert case.state is State.REJECTED
    assert case.decided is not None
    assert (case.decided.by, case.decided.reason_code) == ("Name of rei", ReasonCode.NAME_MISMATCH)
    assert world.subjects(people.OUTSIDE)[-1] == "rejected"
    assert await world.storage.open_cases.names() == []
    await world.move(timedelta(days=7))
    assert not world.storage.photos.blobs
    await world.move(timedelta(minutes=11))  # until then a row guards the head of the erasure
    assert not world.needless_wakes()


async def test_a_returned_case_with_a_better_photo_is_reviewed_again_with_new_links() -> None:
    world, name = await reach(State.RETURNED)
    old = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    first = world.case(name).photo
    assert await send_photo(name, world.student, b"photo, better", world.web, keep_doubts=False) is None
    await world.run()
    case = world.case(name)
    assert (case.state, case.round) == (State.IN_REVIEW, 2)
    assert list(world.storage.photos.blobs.values()) == [b"photo, better"]
    assert first is not None
    assert first.name not in world.storage.photos.blobs
    new = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    assert (old.round, new.round) == (1, 2)
    with pytest.raises(RefusedError) as caught:
        await world.decide(claims=old)
    assert caught.value.refusal is Refusal.ALREADY_DECIDED
    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED


async def test_a_better_photo_outside_business_hours_is_held() -> None:
    world, name = await reach(State.RETURNED)
    await world.move(FRIDAY_EVENING)
    await send_photo(name, world.student, b"photo, better", world.web, keep_doubts=False)
    await world.run()
    assert world.case(name).state is State.HELD
    await world.move(tokyo(7, 21, 9))
    assert world.case(name).state is State.IN_REVIEW


async def test_a_photo_sent_twice_is_one_and_the_other_is_erased() -> None:
    world, name = await reach(State.RETURNED)
    for _ in range(2):
        await send_photo(name, world.student, b"photo, better", world.web, keep_doubts=False)
    await world.run()
    assert world.case(name).round == 2
    await world.move(timedelta(minutes=31))
    photo = world.case(name).photo
    assert photo is not None
    assert list(world.storage.photos.blobs) == [photo.name]
    assert len(world.storage.inbox) == 0


async def test_a_wrong_document_is_erased_at_once() -> None:
    world, name = await reach(State.IN_REVIEW)
    await world.decide(DecisionKind.WRONG_DOCUMENT, reason=ReasonCode.NOT_AN_ID_CARD)
    await world.run()
    assert world.case(name).state is State.RETURNED
    assert world.case(name).photo is None
    assert not world.storage.photos.blobs
    assert "photo_erased" in world.events(name)


async def test_staff_who_are_late_are_reminded_then_the_operator_and_the_promise_is_new() -> None:
    world, name = await reach(State.IN_REVIEW)
    first = world.case(name).promised_by
    assert first is not None
    await world.move(first - timedelta(seconds=1))
    assert world.subjects(people.REVIEWERS[1]) == ["review"]
    await world.move(first)
    assert world.subjects(people.REVIEWERS[1]) == ["review", "review_reminder"]
    assert world.subjects(people.OPERATORS[0]) == []
    second = world.case(name).promised_by
    assert second == tokyo(7, 15, 14) + timedelta(hours=3) + timedelta(hours=16 + 1)
    assert world.subjects(people.OUTSIDE)[-1] == "promise_changed"
    await world.move(second)
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert world.case(name).state is State.IN_REVIEW
    await world.move(timedelta(days=30))
    assert world.case(name).state is State.IN_REVIEW
    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED


# --- who may decide -----------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["forged", ""])
async def test_a_decision_without_a_valid_token_opens_the_next_round_and_alerts(token: str) -> None:
    world, name = await reach(State.IN_REVIEW)
    await _decision_row(world, name, evidence=token)
    case = world.case(name)
    assert (case.state, case.round, case.approvals) == (State.IN_REVIEW, 2, ())
    assert world.events(name)[-1] == "decision_refused"
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert world.link(Purpose.REVIEW, people.REVIEWERS[0]).round == 2
    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED


@pytest.mark.parametrize("by", ["ope", "aud"])
async def test_who_is_no_reviewer_decides_nothing(by: str) -> None:
    world, name = await reach(State.IN_REVIEW)
    with pytest.raises(RefusedError) as caught:
        await world.decide(by=by)
    assert caught.value.refusal is Refusal.FORBIDDEN
    await _decision_row(world, name, evidence=world.staff[by].token, oid=by)
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(name).round == 2


async def test_a_reviewer_never_decides_their_own_case() -> None:
    world = World()
    world.student = "rei"
    name = await world.apply()
    await world.run()
    with pytest.raises(RefusedError) as caught:
        await world.decide()
    assert caught.value.refusal is Refusal.OWN_CASE
    await _decision_row(world, name, evidence=world.staff["rei"].token)
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(name).approvals == ()


async def test_the_second_account_of_the_same_person_counts_as_the_same_person() -> None:
    world = World()
    facts = people.account("rei", employee_id=people.STUDENT.employee_id)
    world.graph.account("rei").facts = facts
    name = await world.apply()
    await world.run()
    await world.decide()
    await world.run()
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(name).approvals == ()
    assert "decision_refused" in world.events(name)


async def test_of_two_reviewers_in_one_round_the_first_wins_and_the_other_learns_who() -> None:
    world, name = await reach(State.IN_REVIEW)
    await world.decide()
    with pytest.raises(RefusedError) as caught:
        await world.decide(DecisionKind.REJECT, by="ren")
    assert (caught.value.refusal, caught.value.winner) == (Refusal.ALREADY_DECIDED, "Name of rei")
    await world.run()
    assert world.case(name).state is State.APPROVED
    with pytest.raises(RefusedError) as caught:
        await world.decide(DecisionKind.REJECT, by="ren")
    assert (caught.value.refusal, caught.value.winner) == (Refusal.ALREADY_DECIDED, "Name of rei")


async def test_a_decision_inserted_after_the_case_moved_on_loses() -> None:
    world, name = await reach(State.IN_REVIEW)

    async def rei_was_faster() -> None:
        await world.decide()
        await world.run()

    world.seen.meanwhile("inbox", "put", rei_was_faster)
    with pytest.raises(RefusedError) as caught:
        await world.decide(DecisionKind.REJECT, by="ren")
    assert (caught.value.refusal, caught.value.winner) == (Refusal.ALREADY_DECIDED, "Name of rei")
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.APPROVED
    assert len(world.storage.inbox) == 0


async def test_a_reviewers_own_double_click_is_no_conflict() -> None:
    world, name = await reach(State.IN_REVIEW)
    await world.decide()
    await world.decide(claims=world.link(Purpose.REVIEW, people.REVIEWERS[0]))
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.events(name).count("approved") == 1


async def test_the_page_of_a_decision_can_be_reloaded_after_it_was_carried_out() -> None:
    world, name = await reach(State.IN_REVIEW)
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    await world.decide(claims=link)
    await world.run()
    await world.decide(claims=link)
    await world.run()
    assert world.events(name).count("approved") == 1
    assert world.events(name)[-1] == "approved"


@pytest.mark.parametrize("carried_out", [False, True])
async def test_going_back_and_deciding_otherwise_is_a_conflict_with_oneself(carried_out: bool) -> None:  # noqa: FBT001
    world, name = await reach(State.IN_REVIEW)
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    await world.decide(claims=link)
    if carried_out:
        await world.run()
    with pytest.raises(RefusedError) as caught:
        await world.decide(DecisionKind.REJECT, claims=link)
    assert caught.value.refusal is Refusal.ALREADY_DECIDED
    await world.run()
    assert world.case(name).state is State.APPROVED


async def test_a_late_decision_is_answered_too_late() -> None:
    world, name = await reach(State.IN_REVIEW)
    await withdraw(name, people.STUDENT.oid, world.web)
    await world.run()
    await _decision_row(world, name, evidence=world.staff["ren"].token, oid="ren", slot=1)
    assert world.events(name)[-1] == "request_too_late"
    assert world.case(name).state is State.CANCELLED


async def test_a_decision_of_a_round_to_come_uses_up_no_slot() -> None:
    """Whoever can write rows could otherwise burn the slots of real reviewers."""
    world, name = await reach(State.IN_REVIEW)
    await _decision_row(world, name, evidence="", oid="nobody", slot=2)
    assert world.events(name)[-1] == "review_opened"
    assert await world.storage.inbox.waiting(name) == []
    assert "decision:0002" not in world.snapshot(name).answered


# --- a typed address ----------------------------------------------------------------------------------


async def test_a_typed_address_gets_no_link_unless_somebody_confirmed_it() -> None:
    world = World()
    await world.apply(contact_email=people.TYPED)
    await world.run()
    await world.decide()
    await world.run()
    assert world.subjects(people.TYPED) == ["receipt", "pickup"]
    assert all("action= not_me=" in each.text for each in world.mailer.to(people.TYPED))
    assert world.link(Purpose.PICKUP, people.OUTSIDE).round == 1


async def test_a_confirmed_typed_address_gets_the_link_a_day_after_the_notice_was_accepted() -> None:
    world, name = await reach(State.COOLING_OFF)
    decided = world.clock.now()
    assert world.subjects(people.OUTSIDE)[-1] == "cooling_off"
    await world.move(decided + timedelta(hours=24) - timedelta(seconds=1))
    assert world.case(name).state is State.COOLING_OFF
    assert world.subjects(people.TYPED) == ["receipt"]
    await world.move(decided + timedelta(hours=24))
    assert world.case(name).state is State.APPROVED
    link = world.link(Purpose.PICKUP, people.TYPED)
    assert link.application == name
    assert "not_me= " not in world.mailer.to(people.TYPED)[-1].text
    assert world.mailer.to(people.TYPED)[-1].text.endswith("not_me=")


async def test_the_review_link_expires_and_names_only_this_case() -> None:
    world, name = await reach(State.IN_REVIEW)
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    assert link == LinkClaims(
        Purpose.REVIEW,
        name,
        world.links.addressee(people.REVIEWERS[0]),
        1,
        world.clock.now() + timedelta(days=14),
    )

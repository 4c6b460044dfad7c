"""The road from application to pass, without faults."""

from datetime import timedelta

from shared.domain.accounts import MethodKind
from shared.domain.links import Purpose
from shared.domain.states import State
from tests.unit import people
from tests.unit.university import FRIDAY_EVENING, TUESDAY_OPENING, tokyo
from tests.unit.world import World


async def test_applied_on_friday_evening_before_a_holiday_monday_and_completed_on_tuesday() -> None:
    world = World(FRIDAY_EVENING)
    name = await world.apply()
    await world.run()
    assert world.case(name).state is State.HELD
    assert world.case(name).promised_by == tokyo(7, 21, 13)
    assert world.subjects(people.OUTSIDE) == world.subjects(people.OWN_MAILBOX) == ["owner_notice"]
    assert await world.storage.open_cases.names() == [name]

    await world.move(TUESDAY_OPENING - timedelta(seconds=1))
    assert world.case(name).state is State.HELD
    assert not any(world.subjects(each) for each in people.REVIEWERS)
    await world.move(TUESDAY_OPENING)
    assert world.case(name).state is State.IN_REVIEW
    assert [world.subjects(each) for each in people.REVIEWERS] == [["review"], ["review"]]

    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.case(name).pickup_until == tokyo(7, 28, 17)
    assert world.subjects(people.OUTSIDE)[-1] == "pickup"
    assert world.subjects(people.OWN_MAILBOX) == ["owner_notice"]

    code = await world.pickup(name)
    account = world.graph.account(world.student)
    assert [each.code for each in account.passes_made] == [code]
    assert account.revocations == 1
    assert world.case(name).state is State.ISSUED
    assert world.subjects(people.OWN_MAILBOX) == ["owner_notice", "pass_issued"]

    world.register()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED
    assert [each.kind for each in account.methods] == [
        MethodKind.PASSWORD,
        MethodKind.MICROSOFT_AUTHENTICATOR,
    ]
    assert account.methods[-1] == people.NEW_METHOD
    assert account.current_pass is None
    assert world.subjects(people.OUTSIDE) == ["owner_notice", "pickup", "pass_issued", "completed"]
    assert world.subjects(people.OWN_MAILBOX) == ["owner_notice", "pass_issued", "completed"]
    assert await world.storage.open_cases.names() == []
    assert len(world.storage.photos.blobs) == 1

    await world.move(timedelta(days=7))
    assert not world.storage.photos.blobs
    assert world.case(name).photo is not None
    assert "photo_erased" in world.events(name)
    assert not world.needless_wakes()
    assert len(world.storage.inbox) == 0
    assert world.events(name) == [
        "submitted",
        "held",
        "review_opened",
        "approved",
        "pass_requested",
        "pass_issued",
        "pass_shown",
        "completed",
        "old_methods_removed",
        "photo_erased",
    ]

    again = await world.apply(nonce="form-2")
    await world.run()
    assert world.case(again).state is State.IN_REVIEW
    assert world.link(Purpose.REVIEW, people.REVIEWERS[0]).application == again

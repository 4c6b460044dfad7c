"""Whoever marks mails while others went on with the case goes on with the case as it is now."""

from datetime import timedelta

from shared.domain.mails import MailKind, MailState
from shared.domain.states import State
from shared.services import act_on_own_case
from shared.services.look_at import look_at
from tests.unit import people
from tests.unit.observed import CrashError, Fault
from tests.unit.world import World


async def test_a_look_that_marks_late_does_not_give_up_the_link_that_was_owed_meanwhile() -> None:
    """Before one look marks what it sent, another sends the same, and the case is approved: its link is due, and wanted."""
    world = World()
    name = await world.apply()

    async def another_worker_goes_on() -> None:
        await look_at(name, world.worker)
        await world.decide()
        world.seen.faults.append(Fault("mailer", "send", CrashError(), times=1))
        await world.run()
        assert [each.kind for each in world.owed(name)] == [MailKind.PICKUP]

    world.seen.meanwhile("applications", "mark_mails", another_worker_goes_on)
    await world.run()
    await world.move(timedelta(minutes=30))

    assert world.case(name).state is State.APPROVED
    assert "pickup" in world.subjects(people.OUTSIDE)
    (link,) = [each for each in world.snapshot(name).mails if each.kind is MailKind.PICKUP]
    assert link.state is MailState.SENT


async def test_a_look_that_marks_late_sees_what_was_asked_meanwhile() -> None:
    """It reads anew, with the requests: what it found out belongs to the case as it was."""
    world = World()
    name = await world.apply()

    async def another_worker_goes_on() -> None:
        await look_at(name, world.worker)
        await world.decide()
        await world.run()
        await act_on_own_case.withdraw(name, world.student, world.web)

    world.seen.meanwhile("applications", "mark_mails", another_worker_goes_on)
    await look_at(name, world.worker)

    assert world.case(name).state is State.CANCELLED

"""A recorded pass that is not there any more: whoever holds it is told to ask again, whatever the worker that saw it forgot.

Found by the simulation: docs/reliability.md.
"""

from datetime import timedelta

from shared.domain.accounts import LivePass
from shared.domain.states import State
from shared.ports import UnknownOutcomeError
from tests.fakes.memory_graph import MemoryPasses
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import reach
from tests.unit.world import World

_CHECKED = timedelta(minutes=12)


class _LaggingPasses(MemoryPasses):
    """What was deleted is still listed for the rest of the look."""

    async def listed(self, subject: str) -> list[LivePass]:
        seen = await super().listed(subject)
        self.last, before = seen, getattr(self, "last", [])
        return seen or before


async def _replaced() -> tuple[World, str]:
    world, name = await reach(State.ISSUED)
    await world.graph.passes.create(world.student, minutes=480, one_time=False)
    return world, name


def _asks_again(world: World, name: str) -> bool:
    return (world.case(name).state, world.events(name)[-1]) == (State.APPROVED, "pass_found_foreign")


async def test_a_foreign_pass_that_is_still_listed_after_its_deletion_is_not_forgotten() -> None:
    world, name = await _replaced()
    passes = _LaggingPasses(world.graph)
    object.__setattr__(world.worker, "passes", passes)
    await world.move(timedelta(minutes=6))
    assert _asks_again(world, name)
    assert world.live_pass == ""


async def test_a_worker_that_died_behind_the_deletion_of_a_foreign_pass_leaves_nobody_with_a_dead_one() -> (
    None
):
    world, name = await _replaced()
    world.seen.faults.append(Fault("passes", "delete", CrashError(), times=1, after=True))
    await world.move(_CHECKED)
    assert world.live_pass == ""
    assert _asks_again(world, name)


async def test_a_pass_that_an_administrator_deletes_is_asked_for_again() -> None:
    world, name = await reach(State.ISSUED)
    await world.graph.passes.delete(world.student, world.live_pass)
    await world.move(_CHECKED)
    assert _asks_again(world, name)


async def test_a_new_pass_that_is_not_listed_yet_is_left_alone() -> None:
    world, name = await reach(State.ISSUED)
    account = world.graph.account(world.student)
    made, account.current_pass = account.current_pass, None
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.ISSUED
    account.current_pass = made
    await world.move(_CHECKED)
    assert world.case(name).state is State.ISSUED


async def test_who_has_used_the_pass_is_not_disturbed_while_registering() -> None:
    world, name = await reach(State.ISSUED)
    account = world.graph.account(world.student)
    assert account.current_pass is not None
    account.current_pass.used = True
    await world.move(timedelta(minutes=40))
    assert world.case(name).state is State.ISSUED


class _SlowToForget(MemoryPasses):
    """The first pass that was listed is listed for the next minute, whatever became of it."""

    async def listed(self, subject: str) -> list[LivePass]:
        seen = await super().listed(subject)
        now = self._graph.clock.now()
        self.first, self.at = getattr(self, "first", seen), getattr(self, "at", now)
        return self.first if now < self.at + timedelta(minutes=1) else seen


async def test_an_old_pass_that_is_still_listed_is_not_taken_for_the_one_whose_answer_was_lost() -> None:
    world, name = await reach(State.ISSUED)
    old = world.live_pass
    object.__setattr__(world.worker, "passes", _SlowToForget(world.graph))
    world.seen.faults.append(Fault("passes", "create", UnknownOutcomeError("lost"), times=1, after=True))
    await world.ask_for_pass(name, "session-2")
    await world.run()
    assert world.live_pass not in {"", old}
    await world.move(_CHECKED)
    assert world.live_pass == ""
    assert world.case(name).state is State.APPROVED

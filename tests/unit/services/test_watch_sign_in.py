"""Whether web can prove to Entra that it is its registrations: told by the doctor and by readiness, and asked for seldom."""

import asyncio
from dataclasses import replace

import pytest

from shared.domain.health import HealthCode, HealthReport, SignInAs
from shared.ports import ForbiddenError, UnavailableError
from shared.services.check_health import check_health
from shared.services.check_ready import check_ready
from shared.services.health_ports import HealthPorts
from shared.services.watch_sign_in import GOOD_FOR, WRONG_FOR, SignInWatch
from tests.fakes.memory_health import MemorySignInProbe, MemoryStorageProbe
from tests.unit.observed import Fault
from tests.unit.world import World

REFUSED, SILENT = ForbiddenError("refused"), UnavailableError("silent")


class Web:
    """A process of web; the worker has said that all is well."""

    def __init__(self, *, patience: float = 5.0, longest: float = 25.0) -> None:
        self.probe = MemorySignInProbe()
        self.seconds = 1000.0
        self.world = World()
        watch = SignInWatch(self.probe, lambda: self.seconds, patience=patience, longest=longest)
        self._ports = replace(self.world.web, sign_in=watch)

    async def ready(self) -> list[str]:
        await self.world.tick()
        await self.world.storage.switches.keep_report(HealthReport(at=self.world.clock.now()))
        return await self.codes()

    async def codes(self) -> list[str]:
        ready = await check_ready(self._ports)
        assert ready.ready == (not ready.checks)
        return [each.value for each in ready.checks]


async def test_web_is_ready_while_both_registrations_take_its_identity() -> None:
    web = Web()
    assert await web.ready() == []
    assert web.probe.asked == [SignInAs.APPLICANTS, SignInAs.STAFF]


@pytest.mark.parametrize("registration", SignInAs)
@pytest.mark.parametrize(("error", "code"), [(REFUSED, "sign_in_refused"), (SILENT, "sign_in_silent")])
async def test_a_registration_that_does_not_take_it_makes_web_not_ready(
    registration: SignInAs, error: ForbiddenError, code: str
) -> None:
    web = Web()
    web.probe.trouble = {registration: error}
    assert await web.ready() == [code]


async def test_it_is_told_beside_what_else_is_wrong() -> None:
    web = Web()
    web.probe.trouble = dict.fromkeys(SignInAs, REFUSED)
    assert await web.codes() == ["report_missing", "sign_in_refused", "worker_silent"]
    web.world.seen.faults.append(Fault("switches", "last_beat", SILENT))
    assert await web.codes() == ["sign_in_refused", "storage_silent"]


async def test_where_secrets_stand_for_the_registrations_nothing_is_asked() -> None:
    world = World()
    await world.tick()
    await world.storage.switches.keep_report(HealthReport(at=world.clock.now()))
    assert (await check_ready(world.web)).ready


@pytest.mark.parametrize(("wrong", "kept"), [(False, GOOD_FOR), (True, WRONG_FOR)])
async def test_an_answer_is_kept_however_often_somebody_asks(*, wrong: bool, kept: float) -> None:
    web = Web()
    web.probe.trouble = {SignInAs.STAFF: REFUSED} if wrong else {}
    first = await web.ready()
    web.seconds += kept - 1
    assert [await web.codes() for _ in range(5)] == [first] * 5
    assert len(web.probe.asked) == 2
    web.seconds += 1
    web.probe.trouble = {}
    assert await web.codes() == []
    assert len(web.probe.asked) == 4


async def test_many_who_ask_at_once_make_one_look() -> None:
    web = Web()
    web.probe.held = asyncio.Event()
    asking = [asyncio.create_task(web.ready()) for _ in range(50)]
    await web.probe.begun.wait()
    web.probe.held.set()
    assert await asyncio.gather(*asking) == [[]] * 50
    assert len(web.probe.asked) == 2


async def test_nobody_waits_long_what_is_not_known_counts_as_wrong_and_the_look_goes_on() -> None:
    web = Web(patience=0.01)
    web.probe.held = asyncio.Event()
    assert await web.ready() == ["sign_in_silent"]
    assert await web.codes() == ["sign_in_silent"]
    assert len(web.probe.asked) == 2
    web.probe.held.set()
    await asyncio.sleep(0.05)
    assert await web.codes() == []
    assert len(web.probe.asked) == 2


async def test_who_asks_and_goes_away_breaks_nothing_off() -> None:
    web = Web()
    web.probe.held = asyncio.Event()
    gone = asyncio.create_task(web.ready())
    await web.probe.begun.wait()
    gone.cancel()
    web.probe.held.set()
    assert await web.codes() == []
    assert len(web.probe.asked) == 2


async def test_a_look_that_hangs_comes_to_an_end_and_another_is_made() -> None:
    web = Web(longest=0.02)
    web.probe.held = asyncio.Event()
    assert await web.ready() == ["check_broken"]
    web.seconds += WRONG_FOR
    web.probe.held.set()
    assert await web.codes() == []


@pytest.mark.parametrize(("error", "code"), [(REFUSED, "sign_in_refused"), (SILENT, "sign_in_silent")])
async def test_the_doctor_of_web_names_the_registration(error: ForbiddenError, code: str) -> None:
    world, probe = World(), MemorySignInProbe()
    probe.trouble = {SignInAs.STAFF: error}
    ports = HealthPorts(
        clock=world.clock,
        calendar=world.rules.calendar,
        switches=world.storage.switches,
        poison=world.storage.poison,
        storage=MemoryStorageProbe(),
        sign_in=probe,
    )
    report = await check_health(ports)
    assert [(each.code, each.about) for each in report.findings] == [(HealthCode(code), "staff")]


async def test_a_slow_entra_after_a_good_answer_is_no_missing_trust() -> None:
    """The last answer stands as long as one look may take, and no longer."""
    web = Web(patience=0.01)
    assert await web.ready() == []
    held = asyncio.Event()
    web.probe.held = held
    web.seconds += GOOD_FOR + 1
    assert await web.codes() == []
    web.seconds += 25
    assert await web.codes() == ["sign_in_silent"]
    held.set()

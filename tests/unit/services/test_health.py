"""What the checks of an environment find, what the worker keeps of it, and what readiness makes of that."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.domain.business_hours import BusinessCalendar, Hours
from shared.domain.health import REMOVALS, Finding, GraphCall, HealthCode, HealthReport
from shared.ports import ForbiddenError, MissingError, Poison, PortError, UnavailableError
from shared.services.check_health import check_health, keep_health
from shared.services.check_ready import ReadyWatch, check_ready
from shared.services.health_ports import HealthPorts
from tests.fakes.memory_backups import MemoryBackups
from tests.fakes.memory_health import MemoryGraphProbe, MemoryMailProbe, MemoryStorageProbe
from tests.unit.observed import Fault
from tests.unit.university import TOKYO, WEDNESDAY_MORNING
from tests.unit.world import World

_SIX = timedelta(hours=6)
REFUSED, GONE, SILENT = ForbiddenError("refused"), MissingError("gone"), UnavailableError("silent")


@dataclass
class House:
    """The worker's environment."""

    world: World = field(default_factory=World)
    storage: MemoryStorageProbe = field(default_factory=MemoryStorageProbe)
    graph: MemoryGraphProbe = field(default_factory=MemoryGraphProbe)
    mail: MemoryMailProbe = field(default_factory=MemoryMailProbe)

    def ports(self, **differs: object) -> HealthPorts:
        world = self.world
        ports = HealthPorts(
            clock=world.clock,
            calendar=world.rules.calendar,
            switches=world.storage.switches,
            poison=world.storage.poison,
            storage=self.storage,
            graph=self.graph,
            mail=self.mail,
            reads=("cases",),
            changes=("cases",),
            queues=("lane",),
            poison_queues=("lane-poison",),
            containers=("photos",),
            erased=("photos",),
            has_country=True,
            key_marks={"LINK_KEYS": "a" * 12},
        )
        return replace(ports, **differs)  # type: ignore[arg-type]  # tests name the fields

    async def found(self, **differs: object) -> list[tuple[str, str]]:
        report = await check_health(self.ports(**differs))
        return [(each.code.value, each.about) for each in report.findings]

    async def ready(self) -> tuple[bool, list[str]]:
        ready = await check_ready(self.world.web)
        return ready.ready, [each.value for each in ready.checks]


async def test_where_all_is_well_nothing_is_found() -> None:
    assert await House().found() == []


@pytest.mark.parametrize(
    ("name", "error", "expected"),
    [
        ("cases", REFUSED, ("storage_refused", "table cases")),
        ("change cases", REFUSED, ("storage_refused", "table cases")),
        ("cases", GONE, ("storage_missing", "table cases")),
        ("cases", SILENT, ("storage_silent", "table cases")),
        ("lane", REFUSED, ("storage_refused", "queue lane")),
        ("lane-poison", GONE, ("storage_missing", "queue lane-poison")),
        ("photos", REFUSED, ("storage_refused", "container photos")),
        ("change photos", REFUSED, ("storage_refused", "container photos")),
        ("clock", SILENT, ("storage_silent", "clock")),
    ],
)
async def test_what_storage_refuses_lacks_or_does_not_say_is_named(
    name: str, error: Exception, expected: tuple[str, str]
) -> None:
    house = House()
    house.storage.trouble[name] = error
    assert await house.found() == [expected]


@pytest.mark.parametrize("call", GraphCall)
async def test_each_permission_that_graph_misses_is_named(call: GraphCall) -> None:
    house = House()
    house.graph.trouble[call] = REFUSED
    assert await house.found() == [("graph_refused", call.value)]
    house.graph.trouble[call] = SILENT
    assert await house.found() == [("graph_silent", call.value)]


async def test_where_old_methods_are_kept_no_role_to_remove_them_is_asked_for() -> None:
    """The templates then give none: the service would be "not ready" for ever."""
    house = House()
    house.graph.trouble = dict.fromkeys(REMOVALS, REFUSED)
    assert await house.found(removes=False) == []
    assert len(await house.found()) == len(REMOVALS)
    house.graph.trouble[GraphCall.PASSES] = REFUSED
    assert await house.found(removes=False) == [("graph_refused", GraphCall.PASSES.value)]


async def test_a_policy_that_allows_no_pass_is_found() -> None:
    house = House()
    house.graph.enabled = False
    assert await house.found() == [("pass_policy_off", "")]


@pytest.mark.parametrize(("error", "code"), [(REFUSED, "mail_refused"), (SILENT, "mail_silent")])
async def test_a_mail_service_that_takes_no_mail_is_found(error: ForbiddenError, code: str) -> None:
    house = House()
    house.mail.trouble = error
    assert await house.found() == [(code, "")]


async def test_web_asks_neither_graph_nor_mail() -> None:
    house = House()
    house.graph.trouble[GraphCall.USERS] = house.mail.trouble = REFUSED
    assert await house.found(graph=None, mail=None) == []


async def test_messages_in_a_poison_queue_and_kept_ones_are_told_and_keep_nobody_from_work() -> None:
    house = House()
    house.storage.waiting = {"lane": 7, "lane-poison": 1}
    await house.world.storage.poison.keep(Poison("1", "review", "text", WEDNESDAY_MORNING))
    assert await house.found() == [("poison_waiting", "queue lane-poison"), ("poison_parked", "")]
    assert (await check_health(house.ports())).failed == ()


@pytest.mark.parametrize(("seconds", "found"), [(60, 0), (61, 1), (-60, 0), (-61, 1)])
async def test_a_clock_that_is_a_minute_off_is_found(seconds: int, found: int) -> None:
    house = House()
    house.storage.ahead = timedelta(seconds=seconds)
    assert await house.found() == [("clock_skewed", "")][:found]


def _calendar(**differs: object) -> BusinessCalendar:
    ordinary: dict[str, object] = {
        "zone": TOKYO, "hours": Hours(time(9), time(17)), "is_holiday": lambda day: day.day == 20
    }  # fmt: skip
    return BusinessCalendar(**(ordinary | differs))  # type: ignore[arg-type]  # tests name the fields


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        (_calendar(weekdays=frozenset()), [("calendar_closed", "")]),
        (_calendar(is_holiday=lambda _: False), [("holidays_unknown", "")]),
        (_calendar(closures=frozenset({date(2026, 7, 14)})), [("closures_past", "CLOSURES")]),
        (_calendar(closures=frozenset({date(2026, 7, 14), date(2026, 7, 15)})), []),
    ],
)
async def test_a_calendar_that_does_not_cover_the_coming_time_is_found(
    calendar: BusinessCalendar, expected: list[tuple[str, str]]
) -> None:
    assert await House().found(calendar=calendar) == expected


async def test_no_holidays_are_missed_where_none_are_asked_for() -> None:
    assert await House().found(calendar=_calendar(is_holiday=lambda _: False), has_country=False) == []


async def test_a_key_is_old_200_days_after_the_worker_first_used_it_and_a_new_one_is_young() -> None:
    house = House()
    await keep_health(house.ports())
    yearly = _calendar()
    house.world.clock.move_to(WEDNESDAY_MORNING + timedelta(days=200))
    assert await house.found(calendar=yearly) == []
    await keep_health(house.ports())
    house.world.clock.move_to(WEDNESDAY_MORNING + timedelta(days=200, seconds=1))
    assert await house.found(calendar=yearly) == [("key_old", "LINK_KEYS")]
    assert await house.found(calendar=yearly, key_marks={"LINK_KEYS": "b" * 12}) == []


class _Exports(MemoryBackups):
    """A container that holds one whole export of a time, or none, and perhaps cannot be listed."""

    def __init__(self, *ages: timedelta, trouble: PortError | None = None) -> None:
        super().__init__()
        self.trouble = trouble
        for age in ages:
            self.files[f"{WEDNESDAY_MORNING - age:%Y%m%dT%H%M%SZ}/manifest.json"] = []

    async def names(self) -> list[str]:
        if self.trouble is not None:
            raise self.trouble
        return await super().names()


@pytest.mark.parametrize(("seconds", "found"), [(0, 0), (1, 1)])
async def test_exports_that_have_stopped_are_found_after_twice_their_time(seconds: int, found: int) -> None:
    """Somebody put a row into a table that no export takes, or the container is full: nothing else would tell."""
    age = timedelta(hours=12, seconds=seconds)
    exports = _Exports(age, age + timedelta(days=3))
    exports.files[f"{WEDNESDAY_MORNING:%Y%m%dT%H%M%SZ}/requests.jsonl"] = []  # begun, never finished
    house = House()
    assert await house.found(backups=exports, backup_every=_SIX) == [("backup_old", "")][:found]
    report = await check_health(house.ports(backups=exports, backup_every=_SIX))
    assert report.failed == ()


async def test_where_no_export_was_ever_made_the_time_counts_from_the_worker_s_first_report() -> None:
    house = House()
    exports = _Exports()
    assert await house.found(backups=exports, backup_every=_SIX) == []
    await keep_health(house.ports())
    house.world.clock.move_to(WEDNESDAY_MORNING + timedelta(hours=12))
    assert await house.found(backups=exports, backup_every=_SIX) == []
    house.world.clock.move_to(WEDNESDAY_MORNING + timedelta(hours=12, seconds=1))
    assert await house.found(backups=exports, backup_every=_SIX) == [("backup_old", "")]
    assert await house.found(backups=exports, backup_every=timedelta(0)) == []  # none are wanted


@pytest.mark.parametrize(("error", "code"), [(REFUSED, "storage_refused"), (SILENT, "storage_silent")])
async def test_exports_that_cannot_be_listed_are_found(error: PortError, code: str) -> None:
    exports = _Exports(trouble=error)
    assert await House().found(backups=exports, backup_every=_SIX) == [(code, "container table-backups")]


async def test_a_check_that_hangs_is_found_and_keeps_no_other_from_its_say() -> None:
    house = House()
    house.graph.hangs = GraphCall.METHODS
    house.storage.trouble["cases"] = GONE
    assert await house.found(seconds=0.05) == [
        ("storage_missing", "table cases"),
        ("check_broken", GraphCall.METHODS.value),
    ]


async def test_a_fault_of_ours_in_a_check_is_found_not_raised() -> None:
    house = House()
    house.storage.trouble["lane"] = RuntimeError("somebody@example.ac.jp")
    assert await house.found() == [("check_broken", "queue lane")]


async def test_what_is_not_known_of_the_keys_is_found() -> None:
    house = House()
    house.world.seen.faults.append(Fault("switches", "last_report", SILENT))
    assert await house.found() == [("storage_silent", "keys")]


async def test_readiness_says_which_package_web_and_which_the_worker_runs_from() -> None:
    house = House()
    house.world.web = replace(house.world.web, package="newer")
    before = await check_ready(house.world.web)
    assert (before.web_package, before.worker_package) == ("newer", "")
    await keep_health(house.ports(package="older"))
    after = await check_ready(house.world.web)
    assert (after.web_package, after.worker_package) == ("newer", "older")


async def test_the_service_is_ready_once_the_worker_has_said_that_all_is_well() -> None:
    house = House()
    assert await house.ready() == (False, ["report_missing", "worker_silent"])
    await house.world.tick()
    assert await house.ready() == (False, ["report_missing"])
    await keep_health(house.ports())
    assert await house.ready() == (True, [])


async def test_what_the_worker_found_is_told_by_readiness_in_codes_alone() -> None:
    house = House()
    house.graph.trouble = {GraphCall.PASS_POLICY: REFUSED, GraphCall.METHODS: REFUSED}
    house.storage.waiting = {"lane-poison": 1}
    await house.world.tick()
    await keep_health(house.ports())
    assert await house.ready() == (False, ["graph_refused"])
    house.graph.trouble = {}
    await keep_health(house.ports())
    assert await house.ready() == (True, [])  # a warning is for daylight


@pytest.mark.parametrize(("minutes", "codes"), [(25, []), (26, ["report_old"])])
async def test_an_old_report_says_nothing_good(minutes: int, codes: list[str]) -> None:
    house = House()
    await keep_health(house.ports())
    house.world.clock.move_to(WEDNESDAY_MORNING + timedelta(minutes=minutes))
    await house.world.tick()
    assert await house.ready() == (not codes, codes)


async def test_a_report_from_the_future_says_nothing_good() -> None:
    house = House()
    await house.world.tick()
    report = HealthReport(at=WEDNESDAY_MORNING + timedelta(hours=1))
    await house.world.storage.switches.keep_report(report)
    assert await house.ready() == (False, ["report_old"])


async def test_storage_that_cannot_be_read_is_told_by_readiness() -> None:
    house = House()
    house.world.seen.faults.append(Fault("switches", "last_beat", SILENT))
    assert await house.ready() == (False, ["storage_silent"])


async def test_strangers_who_ask_all_day_have_storage_read_once_in_fifteen_seconds() -> None:
    house, now = House(), [0.0]
    watch = ReadyWatch(lambda: now[0])
    assert not (await watch.ready(house.world.web)).ready
    await house.world.tick()
    await keep_health(house.ports())
    now[0] = 2.0  # a bad answer is looked at again soon
    assert (await watch.ready(house.world.web)).ready
    house.world.seen.faults.append(Fault("switches", "last_beat", SILENT))
    now[0] = 16.9
    assert (await watch.ready(house.world.web)).ready
    now[0] = 17.0
    assert not (await watch.ready(house.world.web)).ready


async def test_strangers_who_ask_at_once_share_one_look() -> None:
    house = House()
    watch = ReadyWatch(lambda: 0.0)
    before = house.world.seen.calls.count(("switches", "last_beat"))
    said = await asyncio.gather(*(watch.ready(house.world.web) for _ in range(50)))
    assert set(said) == {said[0]}
    assert house.world.seen.calls.count(("switches", "last_beat")) - before == 1


def test_a_code_is_told_once_however_often_it_was_found() -> None:
    twice = tuple(Finding(HealthCode.STORAGE_REFUSED, each) for each in ("one", "two"))
    report = HealthReport(
        datetime(2026, 1, 1, tzinfo=UTC), (*twice, Finding(HealthCode.KEY_OLD, "LINK_KEYS"))
    )
    assert report.failed == (HealthCode.STORAGE_REFUSED,)

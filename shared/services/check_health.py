"""Checks of an environment by harmless calls: the worker makes them on a timer, the operator's command by hand.

They fail closed: whatever cannot be found out within its time is a finding. None of them reads of a person or changes anything.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from shared import names
from shared.domain.health import (
    MOST_SKEW,
    REMOVALS,
    Finding,
    GraphCall,
    HealthCode,
    HealthReport,
    KeySeen,
    SignInAs,
    backup_findings,
    calendar_findings,
    key_findings,
    keys_seen,
)
from shared.logs import frames
from shared.ports import ForbiddenError, MissingError, PortError, SignInProbe
from shared.services.back_up import newest_whole
from shared.services.health_ports import HealthPorts

_LOG = logging.getLogger(__name__)

type _Check = Callable[[], Awaitable[list[Finding]]]


@dataclass(frozen=True)
class _Words:
    """What the three ways to fail are called where a call goes."""

    refused: HealthCode
    missing: HealthCode
    silent: HealthCode


_STORAGE = _Words(HealthCode.STORAGE_REFUSED, HealthCode.STORAGE_MISSING, HealthCode.STORAGE_SILENT)
_GRAPH = _Words(HealthCode.GRAPH_REFUSED, HealthCode.GRAPH_SILENT, HealthCode.GRAPH_SILENT)
_MAIL = _Words(HealthCode.MAIL_REFUSED, HealthCode.MAIL_SILENT, HealthCode.MAIL_SILENT)
_SIGN_IN = _Words(HealthCode.SIGN_IN_REFUSED, HealthCode.SIGN_IN_SILENT, HealthCode.SIGN_IN_SILENT)


async def check_health(ports: HealthPorts) -> HealthReport:
    """Make every check, side by side, and say what is wrong; raises nothing."""
    now = ports.clock.now()
    done = await asyncio.gather(*(_bounded(name, each, ports.seconds) for name, each in _checks(ports)))
    keys, trouble = await _keys(ports)
    findings = [finding for found in done for finding in found] + trouble + key_findings(keys, now)
    findings += await _bounded("backups", partial(_backups, keys, ports), ports.seconds)
    return HealthReport(at=now, findings=tuple(dict.fromkeys(findings)), keys=keys, package=ports.package)


async def keep_health(ports: HealthPorts) -> HealthReport:
    """The worker's timer: check, and keep the report where ``web`` reads it.

    Raises:
        UnavailableError: storage cannot be reached; the report that is there grows old, which says the same.
    """
    report = await check_health(ports)
    await ports.switches.keep_report(replace(report, at=ports.clock.now()))
    for code in report.failed:
        _LOG.error("a check of the environment failed: %s", code.value)
    return report


async def check_sign_in(probe: SignInProbe, seconds: float) -> tuple[Finding, ...]:
    """Ask for each registration whether web can prove to be it, each within so many seconds; raises nothing."""
    checks = (
        (each.value, partial(_asked, each.value, _SIGN_IN, partial(probe.ask, each))) for each in SignInAs
    )
    done = await asyncio.gather(*(_bounded(name, check, seconds) for name, check in checks))
    return tuple(finding for found in done for finding in found)


def _checks(ports: HealthPorts) -> list[tuple[str, _Check]]:
    storage, graph, mail = ports.storage, ports.graph, ports.mail
    asked: list[tuple[str, _Words, Callable[[], Awaitable[object]]]] = []
    asked += [(f"table {each}", _STORAGE, partial(storage.read_table, each)) for each in ports.reads]
    asked += [(f"table {each}", _STORAGE, partial(storage.change_table, each)) for each in ports.changes]
    asked += [(f"queue {each}", _STORAGE, partial(storage.messages, each)) for each in ports.queues]
    asked += [
        (f"container {each}", _STORAGE, partial(storage.read_container, each)) for each in ports.containers
    ]
    asked += [
        (f"container {each}", _STORAGE, partial(storage.change_container, each)) for each in ports.erased
    ]
    if graph is not None:
        asked += [
            (each.value, _GRAPH, partial(graph.ask, each))
            for each in GraphCall
            if each is not GraphCall.PASS_POLICY and (ports.removes or each not in REMOVALS)
        ]
    if mail is not None:
        asked.append(("", _MAIL, mail.ask))
    if ports.sign_in is not None:
        asked += [(each.value, _SIGN_IN, partial(ports.sign_in.ask, each)) for each in SignInAs]
    checks: list[tuple[str, _Check]] = [
        (name, partial(_asked, *each)) for each in asked for name in (each[0],)
    ]
    checks += [(f"queue {each}", partial(_poison_queue, each, ports)) for each in ports.poison_queues]
    checks += [("poison", partial(_parked, ports)), ("clock", partial(_skew, ports))]
    checks.append(("calendar", partial(_calendar, ports)))
    if graph is not None:
        checks.append((GraphCall.PASS_POLICY.value, partial(_policy, ports)))
    return checks


async def _bounded(name: str, check: _Check, seconds: float) -> list[Finding]:
    """Nothing that one check does keeps the others from saying what they found."""
    try:
        async with asyncio.timeout(seconds):
            return await check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not known to be well
        _LOG.warning("a check broke: %s at %s", type(error).__name__, frames(error))
        return [Finding(HealthCode.CHECK_BROKEN, name)]


async def _asked(about: str, words: _Words, call: Callable[[], Awaitable[object]]) -> list[Finding]:
    try:
        await call()
    except PortError as error:
        return [Finding(_code(error, words), about)]
    return []


def _code(error: PortError, words: _Words) -> HealthCode:
    if isinstance(error, ForbiddenError):
        return words.refused
    return words.missing if isinstance(error, MissingError) else words.silent


async def _poison_queue(queue: str, ports: HealthPorts) -> list[Finding]:
    try:
        waiting = await ports.storage.messages(queue)
    except PortError as error:
        return [Finding(_code(error, _STORAGE), f"queue {queue}")]
    return [Finding(HealthCode.POISON_WAITING, f"queue {queue}")] if waiting else []


async def _parked(ports: HealthPorts) -> list[Finding]:
    try:
        kept = await ports.poison.kept()
    except PortError as error:
        return [Finding(_code(error, _STORAGE), "poison")]
    return [Finding(HealthCode.POISON_PARKED)] if kept else []


async def _skew(ports: HealthPorts) -> list[Finding]:
    try:
        ahead = await ports.storage.clock_ahead()
    except PortError as error:
        return [Finding(_code(error, _STORAGE), "clock")]
    return [Finding(HealthCode.CLOCK_SKEWED)] if abs(ahead) > MOST_SKEW else []


async def _calendar(ports: HealthPorts) -> list[Finding]:
    return calendar_findings(ports.calendar, ports.clock.now(), has_country=ports.has_country)


async def _policy(ports: HealthPorts) -> list[Finding]:
    if ports.graph is None:
        return []
    try:
        policy = await ports.graph.pass_policy()
    except PortError as error:
        return [Finding(_code(error, _GRAPH), GraphCall.PASS_POLICY.value)]
    return [] if policy.enabled else [Finding(HealthCode.PASS_POLICY_OFF)]


async def _backups(keys: tuple[KeySeen, ...], ports: HealthPorts) -> list[Finding]:
    if ports.backups is None or not ports.backup_every:
        return []
    try:
        found = await ports.backups.names()
    except PortError as error:
        return [Finding(_code(error, _STORAGE), f"container {names.CONTAINER_BACKUPS}")]
    return backup_findings(newest_whole(found), ports.backup_every, keys, ports.clock.now())


async def _keys(ports: HealthPorts) -> tuple[tuple[KeySeen, ...], list[Finding]]:
    """Since when each key is used, as the last report remembers; nothing where that cannot be read."""
    try:
        async with asyncio.timeout(ports.seconds):
            before = await ports.switches.last_report()
    except (PortError, TimeoutError):
        return (), [Finding(HealthCode.STORAGE_SILENT, "keys")]
    except ValueError:  # a row that cannot be read: written anew
        before = None
    return keys_seen(dict(ports.key_marks), before.keys if before else (), ports.clock.now()), []

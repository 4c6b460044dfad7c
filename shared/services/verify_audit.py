"""Verify audit trails against themselves and against the heads that were kept, and write them out for others to verify."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from itertools import batched

from shared.domain import audit
from shared.domain.application import Application
from shared.domain.audit import AuditHead, Trail, Verdict
from shared.ports import StoredTrail
from shared.services.audit_ports import AuditReaders

_SIDE_BY_SIDE = 8
_LOOKS = 3
"""A trail may grow between the reading of its heads and that of its events: what looks broken is looked at again."""


async def names_of_all(ports: AuditReaders) -> list[str]:
    """Ids of all cases that exist, and of all that left a head: one that was taken away whole is missed.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    return sorted({*await ports.all_cases.names(), *await ports.heads.applications()})


async def verify_case(application: str, ports: AuditReaders) -> Verdict:
    """How one case's trail is found.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    return audit.verify((await read_trail(application, ports))[0])


async def read_trail(application: str, ports: AuditReaders) -> tuple[Trail, Application | None]:
    """The trail of one case with its heads, and the case itself, read so that one that grows meanwhile is not called broken.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    heads = await ports.heads.of(application)  # first: so that the events are never older
    looks = 0
    while True:
        looks += 1
        found = await ports.all_cases.trail(application)
        trail = _trail(application, found, heads)
        if audit.verify(trail).broken is None or looks == _LOOKS:
            return trail, found.application
        again = await ports.heads.of(application)
        if again == heads:
            return trail, found.application
        heads = again


async def verify_some(names: Sequence[str], ports: AuditReaders) -> AsyncIterator[Verdict]:
    """The verdicts on these cases, in their order, a few at a time.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    for some in batched(names, _SIDE_BY_SIDE, strict=False):
        for verdict in await asyncio.gather(*(verify_case(each, ports) for each in some)):
            yield verdict


async def export_lines(names: Sequence[str], ports: AuditReaders) -> AsyncIterator[str]:
    """Every event of these cases as a line of JSON, oldest first; the format is described in ``docs/audit.md``.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    for some in batched(names, _SIDE_BY_SIDE, strict=False):
        found = await asyncio.gather(*(ports.all_cases.trail(each) for each in some))
        for name, stored in zip(some, found, strict=True):
            for number, event in enumerate(stored.events, start=1):
                line = audit.line_of(name, event) if event else audit.unreadable_line(name, number)
                yield json.dumps(line, separators=(",", ":"), ensure_ascii=True) + "\n"


def _trail(application: str, found: StoredTrail, heads: list[AuditHead]) -> Trail:
    """What the case says of its chain; a row that cannot be read says nothing, and then the chain has no end that fits."""
    case = found.application
    counted, chain = (case.events, case.chain) if case else (len(found.events), "")
    return Trail(application, found.events, counted, chain, tuple(heads))

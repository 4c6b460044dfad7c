"""The invariants of the audit trail: every link holds, what is kept outside agrees, and no pass comes before its record.

The hash is computed anew here, by what ``docs/audit.md`` says of it.
"""

import json
from collections.abc import Iterable
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING

from shared.domain.application import Application
from shared.domain.events import Event, EventKind
from tests.simulation.book import Made

if TYPE_CHECKING:
    from tests.simulation.world import World


def no_record_no_pass(world: "World", case: Application, made: Made) -> str:
    """Before a pass is made the head that holds its claim lies in the container that web cannot touch."""
    found = world.storage.applications.peek(case.id)
    events = found.events if found else ()
    claims = [
        number
        for number, each in enumerate(events, start=1)
        if each.kind is EventKind.PASS_REQUESTED and each.detail.get("attempt") == str(made.attempt)
    ]
    heads = world.storage.heads.peek(case.id)
    if claims and any(
        claims[-1] <= each.number <= len(events) and events[each.number - 1].hash == each.hash
        for each in heads
    ):
        return ""
    return f"attempt {made.attempt} of {case.id[:6]} makes a pass, and its claim is on no record"


def the_trail_holds(world: "World") -> Iterable[str]:
    """Each event follows the one before, and the newest is kept outside, as is everything that ever was."""
    for name in world.storage.applications.ids():
        found = world.storage.applications.peek(name)
        if found is None:
            continue
        previous = ""
        for number, event in enumerate(found.events, start=1):
            if (event.number, event.previous, event.hash) != (number, previous, _hash(name, event)):
                yield f"event {number} of {name[:6]} does not follow the one before"
                break
            previous = event.hash
        kept = {each.number: each.hash for each in world.storage.heads.peek(name)}
        links = {number: each.hash for number, each in enumerate(found.events, start=1)}
        if any(links.get(number) != text for number, text in kept.items()):
            yield f"the trail of {name[:6]} is not the one that was kept"
        if found.application.events not in kept:
            yield f"event {found.application.events} of {name[:6]} was never kept outside"


def _hash(application: str, event: Event) -> str:
    said = {
        "application": application,
        "number": event.number,
        "kind": str(event.kind),
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "party": str(event.party),
        "state": str(event.state),
        "actor": event.actor,
        "detail": event.detail,
        "previous": event.previous,
    }
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

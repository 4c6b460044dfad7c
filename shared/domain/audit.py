"""The chain of the audit trail: each event carries the hash of the one before it, so that none can be changed unseen.

An event holds ids, codes and salted marks only, so that erasing a person never touches the chain. The hash is SHA-256 over
the canonical form that ``docs/audit.md`` describes; a program of thirty lines verifies an export without us.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from enum import StrEnum
from hashlib import sha256
from typing import Any

from shared.domain.events import Event, EventKind, Party

_PERSON = "person:"
_MARK_DIGITS = 24


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest link of a chain at some moment, kept where nobody can change it.

    Attributes:
        application: Id of the case.
        number: Number of the event, from 1.
        hash: Hash of that event (64 hexadecimal digits); it stands for all events before it too.
    """

    application: str
    number: int
    hash: str


class Break(StrEnum):
    """What is wrong with a link of the chain."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    INSERTED = "inserted"
    TRUNCATED = "truncated"
    HEAD_CHANGED = "head_changed"
    NO_RECORD = "no_record"


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first link that does not hold. ``number`` counts events from 1."""

    application: str
    number: int
    what: Break


@dataclass(frozen=True, slots=True)
class Trail:
    """What is stored of one case's audit trail.

    Attributes:
        application: Id of the case.
        events: As they are stored, in the order of their row keys; None stands for a row that cannot be read as an event.
        counted: How many events the case says it has; 0 if the case itself is gone.
        chain: The hash the case says its last event has; empty for one that was written before there was a chain.
        heads: What the container holds, in any order.
    """

    application: str
    events: tuple[Event | None, ...]
    counted: int
    chain: str
    heads: tuple[AuditHead, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a trail was found.

    Attributes:
        application: Id of the case.
        events: How many events there are.
        unchained: How many of them, the oldest, are from before there was a chain: nothing is known of them.
        kept_to: Number of the last event that a kept head stands for; later ones are held by the chain alone.
        broken: The first link that does not hold; None if all do.
    """

    application: str
    events: int
    unchained: int
    kept_to: int
    broken: BrokenLink | None = None


def mark_of(person: str, salt: str) -> str:
    """What an event calls an applicant or owner: it says nothing once the case's salt is erased; empty without a salt."""
    if not person or not salt:
        return ""
    return _PERSON + sha256(f"{salt}:{person}".encode()).hexdigest()[:_MARK_DIGITS]


def actor_of(actor: str, party: Party, *, subject: str, salt: str) -> str:
    """The actor as the trail names it: members of staff by object id, the person the case is about by a salted mark."""
    if actor and (actor == subject or party in {Party.APPLICANT, Party.OWNER}):
        return mark_of(actor, salt)
    return actor


def linked(application: str, event: Event, *, number: int, previous: str) -> Event:
    """The event as a link of the chain: numbered, with the hash of the one before and its own."""
    link = replace(event, number=number, previous=previous)
    return replace(link, hash=hash_of(application, link))


def hash_of(application: str, event: Event) -> str:
    """The hash that an event of this case must have (64 hexadecimal digits)."""
    fields = {name: value for name, value in line_of(application, event).items() if name != "hash"}
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode("ascii")).hexdigest()


def line_of(application: str, event: Event) -> dict[str, Any]:
    """One line of an export: fixed names in a fixed order; what the hash is made over is this without ``hash``."""
    return {
        "application": application,
        "number": event.number,
        "kind": event.kind.value,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "party": event.party.value,
        "state": event.state.value,
        "actor": event.actor,
        "detail": dict(sorted(event.detail.items())),
        "previous": event.previous,
        "hash": event.hash,
    }


def unreadable_line(application: str, number: int) -> dict[str, Any]:
    """The line of an export for a row that cannot be read: it fits no chain, so that whoever verifies it stops there."""
    empty: dict[str, Any] = dict.fromkeys(("kind", "at", "party", "state", "actor"), "")
    return {"application": application, "number": number, **empty, "detail": {}, "previous": "", "hash": ""}


def verify(trail: Trail) -> Verdict:
    """Look at every link, from the first to the last, then at what was kept outside; the first broken one is named."""
    begins = (index for index, each in enumerate(trail.events) if each is None or each.hash)
    unchained = next(begins, len(trail.events))
    heads = sorted(trail.heads, key=lambda each: each.number)
    found = _links(trail, unchained) or _behind(trail, heads)
    kept = max((each.number for each in heads), default=0)
    broken = BrokenLink(trail.application, *found) if found else None
    return Verdict(trail.application, len(trail.events), unchained, min(kept, len(trail.events)), broken)


def _links(trail: Trail, unchained: int) -> tuple[int, Break] | None:
    """The first event that is not where it was, is not what it was, or does not follow the one before."""
    previous = ""
    for number, event in enumerate(trail.events[unchained:], start=unchained + 1):
        if event is None:
            return number, Break.CHANGED
        if not event.hash:
            return number, Break.INSERTED
        if event.number != number:
            numbers = [each.number if each else 0 for each in trail.events[unchained:]]
            return number, _misplaced(numbers, number, unchained)
        if hash_of(trail.application, event) != event.hash:
            return number, Break.CHANGED
        if event.previous != previous:
            return max(number - 1, 1), Break.CHANGED
        previous = event.hash
    return None


def _misplaced(numbers: Sequence[int], expected: int, unchained: int) -> Break:
    here = expected - unchained - 1
    if sorted(numbers) == list(range(unchained + 1, unchained + len(numbers) + 1)):
        return Break.REORDERED
    return Break.MISSING if numbers[here] > expected else Break.INSERTED


def _behind(trail: Trail, heads: Sequence[AuditHead]) -> tuple[int, Break] | None:
    """What the case and the heads say of a chain whose links hold, so that every event of it can be read."""
    events = tuple(each for each in trail.events if each is not None)
    return _end(trail, events, heads) or _heads(events, heads) or _records(events, heads)


def _end(trail: Trail, events: Sequence[Event], heads: Sequence[AuditHead]) -> tuple[int, Break] | None:
    """Whether the chain ends where the case and the newest head say."""
    length = len(events)
    told = max(trail.counted, heads[-1].number if heads else 0)
    if told > length:
        return length + 1, Break.TRUNCATED
    if length > trail.counted:
        return trail.counted + 1, Break.INSERTED
    last = events[-1].hash if events else ""
    return (length, Break.CHANGED) if last != trail.chain else None


def _heads(events: Sequence[Event], heads: Sequence[AuditHead]) -> tuple[int, Break] | None:
    """The first head that says something else. If a later one agrees, the chain up to that is good: then it is the head."""
    agrees = [each.number for each in heads if events[each.number - 1].hash == each.hash]
    for head in heads:
        if head.number not in agrees:
            later = any(number > head.number for number in agrees)
            return head.number, Break.HEAD_CHANGED if later else Break.CHANGED
    return None


def _records(events: Sequence[Event], heads: Sequence[AuditHead]) -> tuple[int, Break] | None:
    """No record, no pass: before each pass a head was kept that holds the claim."""
    claim = 0
    for number, event in enumerate(events, start=1):
        if event.kind is EventKind.PASS_REQUESTED and event.hash:
            claim = number
        if event.kind is EventKind.PASS_ISSUED and claim:
            if not any(claim <= each.number < number for each in heads):
                return claim, Break.NO_RECORD
            claim = 0
    return None

"""Verbs of retention: when what is known of a person is erased from a case that is over, and what then is left of it.

What stays is the audit trail (ids, codes and marks whose salt is gone), the states and times, and the object ids of staff.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.application import Application, Change, note
from shared.domain.events import EventKind
from shared.domain.kinds import Closing
from shared.domain.photo import StoredPhoto
from shared.domain.retention import Erasure, RowErasure
from shared.domain.rules import Rules

HELD_FOR = timedelta(days=1)
"""A case whose block stands is looked at again after this: nobody could lift the block without the object id."""

_TOGETHER = (Erasure.DETAILS, Erasure.EVIDENCE, Erasure.PERSON)
_EMPLOYEE = "employee:"

type _Emptied = Mapping[str, Any]


def forgotten(application: Application) -> bool:
    """Whether nobody can tell any more whose case it was; whatever is asked of it comes too late."""
    return Erasure.PERSON in application.erased


def never_a_case(application: Application) -> bool:
    """Whether it ended before it could touch anybody's account: not confirmed at the counter, or refused at its evidence."""
    if application.disowned or application.attempt is not None or application.guards:
        return False
    return application.unconfirmed or application.stop_as in {Closing.REFUSED, Closing.NOT_CONFIRMED}


def erase_at(application: Application, what: Erasure, rules: Rules) -> datetime:
    """When this part of an ended case is to be erased (UTC)."""
    spans = rules.retention
    if never_a_case(application):
        return application.entered_at + spans.unconfirmed
    span = {
        Erasure.DETAILS: spans.details,
        Erasure.EVIDENCE: rules.contest_for,
        Erasure.PERSON: max(spans.case, rules.contest_for),
        Erasure.ACCOUNT: max(spans.case, rules.contest_for),
    }[what]
    return application.entered_at + span


def next_erasure(application: Application, rules: Rules) -> datetime | None:
    """When something of this case is to be erased next (UTC); None while it is not over, and when all is gone."""
    if not application.terminal:
        return None
    times = [_when(application, each, rules) for each in Erasure if each not in application.erased]
    if application.erase_again_at is not None:
        times.append(application.erase_again_at)
    return min(times, default=None)


def due_erasures(application: Application, now: datetime, rules: Rules) -> tuple[Erasure, ...]:
    """What is to be erased now; the account alone and last, so that of two cases of one account the later sees the earlier."""
    if not application.terminal:
        return ()
    left = [each for each in Erasure if each not in application.erased]
    due = [each for each in left if _when(application, each, rules) <= now]
    together = tuple(each for each in due if each in _TOGETHER)
    if together:
        return together
    if application.erase_again_at is not None and application.erase_again_at <= now:
        return tuple(each for each in application.erased if each in _TOGETHER)
    return tuple(due)


def rows_of(application: Application, parts: tuple[Erasure, ...]) -> RowErasure:
    """What these erasures take out of the rows beside the case."""
    typed = Erasure.DETAILS in parts and application.contact_email and not application.contact_on_file
    return RowErasure(
        bodies=Erasure.DETAILS in parts,
        evidence=Erasure.EVIDENCE in parts,
        mails_to=(application.contact_email,) if typed else (),
        all_mails=Erasure.PERSON in parts,
    )


def erase(application: Application, parts: tuple[Erasure, ...], rows: int, now: datetime) -> Change:
    """The case without these parts, and a receipt for each: what was erased, and how much; no personal data.

    Args:
        application: A case that is over.
        parts: What is erased.
        rows: How many rows beside the case there are of which something was taken.
        now: The time (UTC).
    """
    change = Change(application)
    for part in parts:
        change = change.also(_erase_one(change.application, part, rows, now))
    done = (*change.application.erased, *parts)
    left = tuple(each for each in Erasure if each in done)
    again = change.application.erase_again_at
    waits = again if again is not None and again > now else None
    return replace(change, application=replace(change.application, erased=left, erase_again_at=waits))


def hold(application: Application, now: datetime) -> Change:
    """The account is blocked because of this case: whose it was is kept until an operator has lifted that."""
    return Change(replace(application, erase_held_until=now + HELD_FOR))


def after_erasure(before: Application | None, change: Change, now: datetime, rules: Rules) -> Change:
    """The change, which brought something to a case of which something was erased: that too is erased in its time."""
    if before is None or not before.erased or not (change.answers or change.mails):
        return change
    at = before.erase_again_at or now + rules.retention.details
    return replace(change, application=replace(change.application, erase_again_at=at))


def _when(application: Application, what: Erasure, rules: Rules) -> datetime:
    at = erase_at(application, what, rules)
    held = application.erase_held_until
    if held is not None and what in {Erasure.PERSON, Erasure.ACCOUNT}:
        return max(at, held)
    return at


def _erase_one(application: Application, part: Erasure, rows: int, now: datetime) -> Change:
    emptied = _EMPTIED[part](application, now)
    lost = sum(1 for name, value in emptied.items() if getattr(application, name) != value)
    change = note(application, EventKind.DATA_ERASED, now, what=part.value, fields=str(lost), rows=str(rows))
    return replace(change, application=replace(change.application, **emptied))


def _details(application: Application, now: datetime) -> _Emptied:
    del now
    decided = application.decided
    return {
        "details": "",
        "contact_email": "",
        "decided": replace(decided, message="") if decided else None,
    }


def _evidence(application: Application, now: datetime) -> _Emptied:
    del now
    attempt, current = application.attempt, application.current_pass
    return {
        "proof": None,
        "approvals": tuple(replace(each, evidence="") for each in application.approvals),
        "attempt": replace(attempt, public_key="", session="") if attempt else None,
        "current_pass": replace(current, sealed="", session="") if current else None,
    }


def _person(application: Application, now: datetime) -> _Emptied:
    decided, photo = application.decided, application.photo
    return {
        "upn": "",
        "display_name": "",
        "affiliation": "",
        "employee_id": "",
        "addresses": (),
        "guards": tuple(replace(each, detail="") for each in application.guards),
        "methods_seen": (),
        "remembered": None,
        "removals": (),
        "account": "",
        "clerk_name": "",
        "source": "",
        "card": "",
        "approvals": tuple(replace(each, name="", employee_id="") for each in application.approvals),
        "operators": _accounts_only(application.operators),
        "lifters": _accounts_only(application.lifters),
        "decided": replace(decided, by="") if decided else None,
        "photo": _photo(photo, now),
        "salt": "",
    }


def _account(application: Application, now: datetime) -> _Emptied:
    del application, now
    return {"subject": ""}


def _photo(photo: StoredPhoto | None, now: datetime) -> StoredPhoto | None:
    """The picture goes with the name, if it has not gone long before; so does the digest by which it could be recognised."""
    if photo is None:
        return None
    return replace(photo, upload="", erase_at=now if photo.erased_at is None else photo.erase_at)


def _accounts_only(marks: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in marks if not each.startswith(_EMPLOYEE))


_EMPTIED: dict[Erasure, Callable[[Application, datetime], _Emptied]] = {
    Erasure.DETAILS: _details,
    Erasure.EVIDENCE: _evidence,
    Erasure.PERSON: _person,
    Erasure.ACCOUNT: _account,
}

"""Risk flags: what a reviewer should know before deciding, and what is known about it. Values only, nothing is decided here.

What is "recent" or "repeated" is measured from the moment the application reached our door: a flag does not go away because
somebody waited, or let the case run again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.accounts import AccountFacts
from shared.domain.application import Application
from shared.domain.case_parts import FlagFact
from shared.domain.kinds import Flag
from shared.domain.photo import PhotoDoubt, StoredPhoto
from shared.domain.risk_limits import RiskLimits

LASTING: frozenset[Flag] = frozenset({Flag.PHOTO_OF_ANOTHER_ACCOUNT})
"""Once raised these stay: neither a second photo nor another application soon after undoes what the first photo was."""

_OF_THE_PHOTO: frozenset[Flag] = frozenset({Flag.PHOTO_UNCLEAR, Flag.NO_PHOTO, Flag.PHOTO_OF_ANOTHER_ACCOUNT})


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier application of the account, as far as the flags ask.

    Attributes:
        received_at: When it reached our door (UTC).
        completed_at: When a new method was seen (UTC); None if it never was.
        replaced: It made way for another application of the same person, and is no try of its own.
        lasting: Flags of it that no later photo undoes, and so no later application either.
    """

    received_at: datetime
    completed_at: datetime | None = None
    replaced: bool = False
    lasting: tuple[FlagFact, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoUse:
    """Where else the very bytes of a photo were used: applications of other people, and when last (UTC)."""

    applications: tuple[str, ...] = ()
    last_at: datetime | None = None


@dataclass(frozen=True)
class RiskFindings:
    """What the prechecks found out that only matters as a risk."""

    account: AccountFacts | None = None
    earlier: int = 0
    contested_before: bool = False
    history: tuple[Earlier, ...] = ()
    photo: PhotoUse = field(default_factory=PhotoUse)


def flagged(application: Application, found: RiskFindings, limits: RiskLimits) -> Application:
    """The application with every flag that applies, in the order of the vocabulary, and what is known about each."""
    facts = [
        *_kept(application.flag_facts, LASTING),
        *_of_earlier(application, found, limits),
        *_of_the_contact(application),
        *_of_the_account(application, found, limits),
        *_of_history(application, found, limits),
        *_of_the_photo(application.photo, found.photo),
    ]
    if application.photo is None and application.channel.held_until_open:
        facts.append(FlagFact(Flag.NO_PHOTO))
    return _with(application, facts)


def flagged_anew(application: Application, photo: PhotoUse) -> Application:
    """The application after another photo came: what was known of the person stays, what is said of the photo is new."""
    known = {each.flag for each in application.flag_facts}
    others = frozenset(application.flags) - _OF_THE_PHOTO
    kept = [*_kept(application.flag_facts, LASTING | others)]
    kept += [FlagFact(each) for each in application.flags if each in LASTING | others and each not in known]
    return _with(application, [*kept, *_of_the_photo(application.photo, photo)])


def _with(application: Application, facts: Iterable[FlagFact]) -> Application:
    by_flag: dict[Flag, FlagFact] = {}
    for each in facts:
        before = by_flag.get(each.flag)
        by_flag[each.flag] = each if before is None else _together(before, each)
    told = tuple(by_flag[flag] for flag in Flag if flag in by_flag)
    return replace(application, flags=tuple(each.flag for each in told), flag_facts=told)


def _together(one: FlagFact, other: FlagFact) -> FlagFact:
    about = tuple(dict.fromkeys((*one.about, *other.about)))
    latest = max((each.at for each in (one, other) if each.at is not None), default=None)
    return FlagFact(one.flag, max(one.count, other.count, len(about)), latest, about)


def _kept(facts: tuple[FlagFact, ...], flags: frozenset[Flag]) -> tuple[FlagFact, ...]:
    return tuple(each for each in facts if each.flag in flags)


def _of_the_contact(application: Application) -> list[FlagFact]:
    typed = bool(application.contact_email) and not application.contact_on_file
    seen_in_person = application.vouched and application.contact_confirmed
    outside = any(not each.own_mailbox for each in application.addresses)
    told = [FlagFact(Flag.CONTACT_NOT_ON_FILE)] if typed and not seen_in_person else []
    if application.addresses and not outside:
        told.append(FlagFact(Flag.OWN_MAILBOX_ONLY))
    return told


def _of_the_account(application: Application, found: RiskFindings, limits: RiskLimits) -> list[FlagFact]:
    """Methods and password. Entra does not always say when the password was changed; then there is nothing to tell."""
    told = []
    methods = application.methods_seen
    if methods:
        newest = max((each.created_at for each in methods if each.created_at is not None), default=None)
        told.append(FlagFact(Flag.METHODS_STILL_REGISTERED, len(methods), newest))
    changed = found.account.password_changed_at if found.account is not None else None
    if changed is not None and changed >= application.received_at - limits.password_within:
        told.append(FlagFact(Flag.RECENT_PASSWORD_CHANGE, 1, changed))
    return told


def _of_history(application: Application, found: RiskFindings, limits: RiskLimits) -> list[FlagFact]:
    told = []
    if found.earlier:
        last = max((each.received_at for each in found.history), default=None)
        told.append(FlagFact(Flag.EARLIER_APPLICATIONS, found.earlier, last))
    if found.contested_before:
        told.append(FlagFact(Flag.EARLIER_CONTEST))
    since = application.received_at - limits.completed_within
    completed = [each.completed_at for each in found.history if each.completed_at is not None]
    soon = [each for each in completed if each >= since]
    if soon:
        told.append(FlagFact(Flag.SOON_AFTER_COMPLETION, len(soon), max(soon)))
    window = application.received_at - limits.repeated_within
    tries = [each for each in found.history if each.received_at >= window and not each.replaced]
    if len(tries) + 1 >= limits.repeated_from:
        last = max((each.received_at for each in tries), default=None)
        told.append(FlagFact(Flag.REPEATED_APPLICATIONS, len(tries) + 1, last))
    return told


def _of_earlier(application: Application, found: RiskFindings, limits: RiskLimits) -> list[FlagFact]:
    since = application.received_at - limits.repeated_within
    return [fact for each in found.history if each.received_at >= since for fact in each.lasting]


def lasting(application: Application) -> tuple[FlagFact, ...]:
    """What is known about the flags of this application that a later one inherits."""
    return _kept(application.flag_facts, LASTING)


def _of_the_photo(photo: StoredPhoto | None, use: PhotoUse) -> list[FlagFact]:
    doubts: tuple[PhotoDoubt, ...] = photo.doubts if photo is not None else ()
    told = [FlagFact(Flag.PHOTO_UNCLEAR)] if doubts else []
    if use.applications:
        number = len(use.applications)
        told.append(FlagFact(Flag.PHOTO_OF_ANOTHER_ACCOUNT, number, use.last_at, use.applications))
    return told

"""What an applicant may know of a case: the one place that turns the inside into the outside."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from shared.domain.accounts import Method, MethodKind
from shared.domain.application import Application
from shared.domain.events import Event, EventKind
from shared.domain.kinds import Channel
from shared.domain.mails import MailKind, OwedMail
from shared.domain.putting_off import tried_out, waits_for_thaw
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.presentation.masks import masked
from shared.presentation.views import Errors, HistoryLine, StatusView

PUBLIC_EVENTS: Final[frozenset[EventKind]] = frozenset(
    {
        EventKind.SUBMITTED,
        EventKind.HELD,
        EventKind.REVIEW_OPENED,
        EventKind.APPROVED,
        EventKind.COOLING_OFF_STARTED,
        EventKind.RETURNED,
        EventKind.PHOTO_REPLACED,
        EventKind.PHOTO_ERASED,
        EventKind.DATA_ERASED,
        EventKind.REJECTED,
        EventKind.PASS_REQUESTED,
        EventKind.PASS_ISSUED,
        EventKind.PASS_NOT_ISSUED,
        EventKind.PASS_SHOWN,
        EventKind.PASS_FOUND_DEAD,
        EventKind.PASS_TROUBLE_REPORTED,
        EventKind.REGISTRATION_REPORTED,
        EventKind.COMPLETED,
        EventKind.OLD_METHODS_REMOVED,
        EventKind.STOPPING_STARTED,
        EventKind.CANCELLED,
        EventKind.EXPIRED,
        EventKind.COUNTER_OPENED,
        EventKind.VOUCHED,
        EventKind.SLIP_PRINTED,
        EventKind.CARD_VERIFIED,
        EventKind.PASS_PUT_OFF,
        EventKind.PASS_RESUMED,
    }
)
"""Events an applicant is told of; not of guards, attention, contests or the staff's inner steps."""

LOOKS_LIKE: Final[dict[MethodKind, str]] = {
    MethodKind.MICROSOFT_AUTHENTICATOR: "notification",
    MethodKind.SOFTWARE_OATH: "code",
    MethodKind.PHONE: "phone",
    MethodKind.FIDO2: "key",
    MethodKind.WINDOWS_HELLO: "key",
    MethodKind.PLATFORM_CREDENTIAL: "key",
    MethodKind.HARDWARE_OATH: "token",
}
"""Which drawing and words of the first page (``look.<value>``) tell how a method is used."""

_IN_PERSON: Final = frozenset({Channel.OFFICE, Channel.IDENTITY_VERIFICATION})
"""Ways in that need no address on file: who was there gets the pass without a mail."""
_STAFF_PROMISE: Final = frozenset({State.SUBMITTED, State.HELD, State.IN_REVIEW, State.ATTENTION})
_DEADLINE: Final = frozenset({State.RETURNED, State.COOLING_OFF, State.APPROVED, State.ISSUED})


def public_state(state: State) -> State:
    """``attention`` looks like ``in_review`` to the applicant (DESIGN section 2)."""
    return State.IN_REVIEW if state is State.ATTENTION else state


def public_history(events: Sequence[Event]) -> tuple[HistoryLine, ...]:
    """What happened, oldest first, without what only staff may know."""
    shown = [_outside(each) for each in events if each.kind in PUBLIC_EVENTS | {EventKind.ATTENTION_NEEDED}]
    return tuple(shown)


def _outside(event: Event) -> HistoryLine:
    """To the applicant a case that an operator looks at is one in review."""
    parked = event.kind is EventKind.ATTENTION_NEEDED
    return HistoryLine(event.at, EventKind.REVIEW_OPENED if parked else event.kind)


def prechecked_at(events: Sequence[Event]) -> datetime | None:
    """When the case was prechecked last (UTC): as it left ``submitted``, or at the counter after the confirmation."""
    left = [
        after.at
        for before, after in pairwise(events)
        if (before.state is State.SUBMITTED and after.state is not State.SUBMITTED)
        or before.kind is EventKind.VOUCHED
    ]
    return left[-1] if left else None


def status_view(
    application: Application,
    events: Sequence[Event],
    mails: Sequence[OwedMail],
    *,
    attempts_left: int,
    asked: RequestKind | None = None,
    errors: Errors | None = None,
) -> StatusView:
    """The status page of a case.

    Args:
        application: The case as it was read.
        events: Its audit trail.
        mails: Its mails; the pickup mails tell where the link went.
        attempts_left: How often a pass may still be asked for.
        asked: A request that is not answered yet.
        errors: What to correct in the form just sent.
    """
    decided = application.decided if application.state in {State.RETURNED, State.REJECTED} else None
    links = [each for each in mails if each.kind is MailKind.PICKUP and each.with_link and not each.lost]
    return StatusView(
        id=application.id,
        reference=application.reference,
        channel=application.channel,
        state=public_state(application.state),
        received_at=application.received_at,
        history=public_history(events),
        looked_at_from=application.due_at if application.state is State.HELD else None,
        promised_by=application.promised_by if application.state in _STAFF_PROMISE else None,
        deadline=application.promised_by if application.state in _DEADLINE else None,
        reason_code=decided.reason_code if decided else None,
        message=decided.message if decided else "",
        closing=application.stop_as,
        duplicate_of=application.duplicate_of,
        link_sent_to=tuple(dict.fromkeys(masked(each.to) for each in links)),
        no_usable_address=_address_missing(application),
        methods=() if _seen_too_long_ago(application) else _still_registered(application),
        attempts_left=attempts_left,
        troubles=application.troubles,
        removed=bool(application.removed),
        kept=application.kept > 0,
        protected=_protected(application, events),
        waits_for_thaw=waits_for_thaw(application),
        tried_out=tried_out(application),
        asked=asked,
        errors=errors or {},
    )


def _still_registered(application: Application) -> tuple[Method, ...]:
    return tuple(each for each in application.methods_seen if each.kind.is_mfa)


def _seen_too_long_ago(application: Application) -> bool:
    """What the prechecks saw is past once methods were removed, the registration was seen, or the owner said "not me"."""
    return bool(application.removed) or application.completed_at is not None or application.disowned


def _protected(application: Application, events: Sequence[Event]) -> bool:
    """Whether the owner said "not me" of it, and nobody has lifted here what that closed."""
    return application.disowned and all(each.kind is not EventKind.BLOCK_LIFTED for each in events)


def _address_missing(application: Application) -> bool:
    """Known only once the prechecks have read the directory, and of no interest when all is over."""
    needed = application.channel not in _IN_PERSON and not application.terminal
    return needed and bool(application.guards) and not application.addresses

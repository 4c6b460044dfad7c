"""Small questions that the steps of several states ask about a case."""

from datetime import datetime

from shared.domain import closing
from shared.domain.accounts import GuardResult
from shared.domain.addressees import lost_everywhere
from shared.domain.application import Application
from shared.domain.events import Party
from shared.domain.kinds import Channel, Closing, Guard
from shared.domain.mails import MailKind, MailState
from shared.domain.requests import Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.steps import Case, Commit, Gather, Need, Step


def owner_notified(case: Case, application: Application, *, although_in_person: bool = False) -> GuardResult:
    """No notice, no pass: the mail service accepted the owner notice for an address on file, or the person was there.

    That the person was there is what a verified confirmation or card said, never what a row calls itself.

    Args:
        case: With the mails of the application.
        application: The application.
        although_in_person: The notice is wanted even if the person was there.
    """
    if application.vouched and not although_in_person:
        return GuardResult(Guard.OWNER_NOTIFIED, passed=True)
    return GuardResult(Guard.OWNER_NOTIFIED, passed=notice_accepted_at(case) is not None)


def notice_accepted_at(case: Case) -> datetime | None:
    """When the first owner notice of this application was accepted for an address on file (UTC)."""
    times = [
        each.done_at
        for each in case.mails
        if each.kind is MailKind.OWNER_NOTICE
        and each.on_file
        and each.state is MailState.SENT
        and each.done_at
    ]
    return min(times, default=None)


def cooled_at(case: Case, application: Application, rules: Rules) -> datetime | None:
    """When the security delay is over (UTC): counted from the accepted notice, and never before what the person was told.

    A young link of a card has a date of its own: its owner was told when it was made, and again when it was used.
    """
    due, accepted = application.due_at, notice_accepted_at(case)
    if due is None or accepted is None or application.channel is Channel.IDENTITY_VERIFICATION:
        return due
    return max(due, accepted + rules.cooling_off)


def none_arrived(case: Case, kind: MailKind) -> bool:
    """Whether the newest mail of this kind was refused, or came back, at every address that could have used its link."""
    return lost_everywhere(case.mails, kind)


def expire(application: Application, now: datetime, rules: Rules) -> Step | None:
    """End a case whose person did not do their part in time."""
    if not over(application, now):
        return None
    return Commit(closing.stop(application, Closing.EXPIRED, now, rules, party=Party.SYSTEM))


def over(application: Application, now: datetime) -> bool:
    """Whether the time for the person's part has passed."""
    until = application.due_at if application.state is State.RETURNED else application.pickup_until
    return until is not None and now >= until


def first(case: Case, kind: RequestKind) -> Request | None:
    """The unanswered request of this kind, if there is one."""
    return next((each for each in case.waiting if each.kind is kind), None)


def missing(case: Case, *needs: Need) -> Gather | None:
    """What is still to be gathered of these; None if nothing is."""
    wanted = tuple(each for each in needs if not case.found.has(each))
    return Gather(wanted) if wanted else None

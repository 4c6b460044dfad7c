"""Who gets which mail. A link with power goes only to addresses the university already trusts."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.application import Application
from shared.domain.kinds import Channel
from shared.domain.mails import MailKind, OwedMail
from shared.domain.states import State


def to_owner(application: Application, kind: MailKind, at: datetime, *, round_: int) -> tuple[OwedMail, ...]:
    """A notice to every address on file, the own mailbox included (NIST SP 800-63B-4 section 4.6: all notification addresses)."""
    return tuple(OwedMail(kind, round_, each.value, at, on_file=True) for each in application.addresses)


def to_applicant(
    application: Application, kind: MailKind, at: datetime, *, round_: int
) -> tuple[OwedMail, ...]:
    """News without power: the addresses that work without the locked account, and the typed one."""
    trusted = tuple(OwedMail(kind, round_, each, at, on_file=True) for each in _reachable(application))
    if not application.contact_email or application.contact_on_file:
        return trusted
    typed = OwedMail(kind, round_, application.contact_email, at, with_link=application.contact_confirmed)
    return (*trusted, typed)


def to_collect(application: Application, at: datetime, *, round_: int) -> tuple[OwedMail, ...]:
    """The pass may be asked for: by the mailed link, or, if the card decided, by verifying it once more, without any link."""
    by_card = application.channel is Channel.IDENTITY_VERIFICATION
    kind = MailKind.VERIFY_AGAIN if by_card else MailKind.PICKUP
    return to_applicant(application, kind, at, round_=round_)


def receipt(application: Application, at: datetime) -> tuple[OwedMail, ...]:
    """A receipt to the typed address only: addresses on file get the owner notice, which says the same and more."""
    if not application.contact_email or application.contact_on_file:
        return ()
    return (OwedMail(MailKind.RECEIPT, 1, application.contact_email, at, with_link=False),)


def to_staff(
    addresses: tuple[str, ...], kind: MailKind, at: datetime, *, round_: int
) -> tuple[OwedMail, ...]:
    """One message to each reviewer or operator."""
    return tuple(OwedMail(kind, round_, each, at, on_file=True) for each in addresses)


def _reachable(application: Application) -> tuple[str, ...]:
    outside = tuple(each.value for each in application.addresses if not each.own_mailbox)
    return outside or tuple(each.value for each in application.addresses)


_WANTED_IN = {
    MailKind.REVIEW: {State.IN_REVIEW},
    MailKind.REVIEW_REMINDER: {State.IN_REVIEW},
    MailKind.PROMISE_CHANGED: {State.HELD, State.IN_REVIEW},
    MailKind.RETURNED: {State.RETURNED},
    MailKind.PICKUP: {State.APPROVED, State.ISSUING, State.ISSUED},
    MailKind.VERIFY_AGAIN: {State.APPROVED, State.ISSUING, State.ISSUED},
    MailKind.COOLING_OFF: {State.COOLING_OFF},
}


def still_wanted(mail: OwedMail, application: Application) -> bool:
    """Whether a mail still fits the state of its case; one that does not is skipped, not sent late."""
    if mail.kind not in _WANTED_IN:
        return True
    fits = application.state in _WANTED_IN[mail.kind]
    return fits and (mail.kind is not MailKind.REVIEW or mail.round == application.round)


def lost_everywhere(mails: Iterable[OwedMail], kind: MailKind) -> bool:
    """Whether the newest mail of this kind was refused, or came back, at every address that could have used its link."""
    found = [each for each in mails if each.kind is kind and each.with_link]
    newest = max((each.owed_at for each in found), default=None)
    return bool(found) and all(each.lost for each in found if each.owed_at == newest)

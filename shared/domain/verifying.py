"""Verbs of identity verification: what a verified card says of its case, and what it decides."""

from dataclasses import replace
from datetime import datetime

from shared.domain import accounts, closing, deciding, reviewing
from shared.domain.addressees import to_owner
from shared.domain.application import Application, Change, note
from shared.domain.card import CardLink
from shared.domain.events import EventKind, Party
from shared.domain.kinds import Attention, CardBar, Flag
from shared.domain.mails import MailKind
from shared.domain.requests import Outcome, Request
from shared.domain.rules import Rules

DAILY_LIMIT = "daily_limit"
"""Why of a refused pickup: the account got its few passes by card within 24 hours."""
WAY_OFF = "way_off"
"""Why of a refused pickup: the way in is switched off."""
OTHER_CARD = "other_card"
"""Why of a refused pickup: the card belongs to another account."""


def verified(application: Application, link: CardLink, now: datetime) -> Change:
    """The card is genuine and linked: the case is about the account it is linked to."""
    known = replace(
        application, subject=link.subject, linked_at=link.linked_at, card=link.card, card_bar=None
    )
    return note(known, EventKind.CARD_VERIFIED, now, party=Party.APPLICANT, actor=link.subject)


def decided_by(application: Application, link: CardLink | None) -> bool:
    """Whether this is the very link the case was decided by: one made since has to cool off in a case of its own."""
    if link is None:
        return False
    return (link.subject, link.card, link.linked_at) == (
        application.subject,
        application.card,
        application.linked_at,
    )


def refuse(application: Application, why: CardBar, now: datetime, rules: Rules) -> Change:
    """A token that does not verify, or a card that is linked to no account: the case ends; nobody else is told."""
    barred = replace(application, card_bar=why)
    return closing.refuse(barred, now, rules, event=EventKind.CARD_REFUSED, why=why.value)


def precheck(application: Application, found: reviewing.Prechecks, now: datetime, rules: Rules) -> Change:
    """Judge the account as on every other way, tell its owner of the use, and decide by the card.

    An electronic ID does not make an administrator eligible: what a guard refuses goes to the operator. So does an account
    whose owner said "not me" before: whose card it is linked to is then the very question, and no delay answers it. Once somebody
    has lifted the block of that account it has been answered.
    """
    known = reviewing.judged(application, found, rules)
    notices = to_owner(known, MailKind.OWNER_NOTICE, now, round_=known.round)
    contested = Flag.EARLIER_CONTEST in known.flags and not found.block_lifted
    doubted = contested or accounts.refused(found.guards)
    if doubted or known.linked_at is None:
        return closing.need_attention(known, Attention.GUARD, now, rules).owing(*notices)
    return deciding.decide_by_card(known, known.linked_at, now, rules).owing(*notices)


def refuse_pickup(application: Application, request: Request, why: str, now: datetime) -> Change:
    """What came with the request proves nothing for this account now: answered so, and the case stays as it is.

    The number of the attempt is passed over, since this request has used it up.
    """
    kind = EventKind.PASS_NOT_ISSUED if why == DAILY_LIMIT else EventKind.CARD_REFUSED
    change = note(application, kind, now, why=why)
    passed = replace(change.application, attempts=application.attempts + 1)
    return replace(change, application=passed).answering(request, now, Outcome.REFUSED)


def refuse_other_link(application: Application, request: Request, now: datetime, rules: Rules) -> Change:
    """The account is linked anew since the card decided: the case ends, so that the new link cools off in the next one."""
    return refuse(application, CardBar.NOT_LINKED, now, rules).answering(request, now, Outcome.REFUSED)

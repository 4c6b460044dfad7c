"""How long what is known of a person is kept once their case is over, part by part. Values only; the verbs are in ``erasing``.

Sources: Act on the Protection of Personal Information, article 22 (erase without delay what is no longer needed); the
default spans are ours, since no university publishes one (``docs/privacy.md``).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.domain.mails import MailState, OwedMail


class Erasure(StrEnum):
    """What is erased together. The names are in receipts and rows: they never change."""

    DETAILS = "details"
    """What people typed: free text, contact address, messages; the fields of all requests."""
    EVIDENCE = "evidence"
    """Tokens that proved who asked, keys and digests of browsers."""
    PERSON = "person"
    """Names, addresses, account and methods; the mails; names of staff; the salt of the audit trail's marks."""
    ACCOUNT = "account"
    """The object id, and the account's lock if nothing else refers to it. After ``PERSON``, in a save of its own."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Spans of time, counted from the end of the case.

    Attributes:
        details: Of what people typed.
        case: Of everything that says whose case it was; never shorter than the owner may contest.
        unconfirmed: Of all of it, for what never became a case: a look-up at the counter that nobody confirmed, a form or a
            card that was refused.
    """

    details: timedelta = timedelta(days=30)
    case: timedelta = timedelta(days=180)
    unconfirmed: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RowErasure:
    """What is taken out of the rows beside the case.

    Attributes:
        bodies: The fields of answered requests.
        evidence: The tokens that came with them.
        mails_to: Addresses whose mails are removed; a mail that is still owed stays.
        all_mails: Those to everybody are removed.
    """

    bodies: bool = False
    evidence: bool = False
    mails_to: tuple[str, ...] = ()
    all_mails: bool = False


def removes(what: RowErasure, mail: OwedMail) -> bool:
    """Whether the row of this mail goes; one that is owed stays until it was sent or given up."""
    return mail.state is not MailState.OWED and (what.all_mails or mail.to in what.mails_to)

"""The link between an account and a My Number Card, and what a verified card says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class CardLink:
    """One account and one card, linked while the person could still sign in with MFA.

    Attributes:
        subject: Object id of the account.
        card: Keyed hash of issuer and pairwise subject; the subject itself is stored nowhere.
        name: Name printed on the card, to inform staff; it decides nothing. Empty if it was not given.
        linked_at: When (UTC, business clock of the worker: what web says of the time counts for nothing).
        verification: Id of the verification that made it.
        version: ETags of the two rows it was read from; empty for one that is not stored yet.
    """

    subject: str
    card: str
    name: str
    linked_at: datetime
    verification: str = ""
    version: str = ""


class LinkDeed(StrEnum):
    """What was done to a link."""

    LINKED = "linked"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """One line of the history of links: ids and hashes only, never removed, and never changed but for ``told``.

    Attributes:
        deed: What was done.
        verification: Id of the request that asked for it; with ``deed`` it names the line.
        subject: Object id of the account.
        card: Keyed hash of the card.
        at: When (UTC, business clock).
        told: Ids of the mails about it that need not be sent again, as long as not all of them were.
        actor: Object id of the operator who did it; empty if the owner of account or card did.
    """

    deed: LinkDeed
    verification: str
    subject: str
    card: str
    at: datetime
    told: tuple[str, ...] = ()
    actor: str = ""


@dataclass(frozen=True, slots=True)
class CardIdentity:
    """What a verified ID token of the card's provider says: the keyed hash of the subject, and the printed name."""

    card: str
    name: str = ""


def nonce_of(verification: str) -> str:
    """The nonce of a verification: derived from its id, so that its token proves nothing for another one.

    The id is 128 random bits; for a new application it is the application's own.
    """
    return sha256(f"identity-verification:{verification}".encode()).hexdigest()

"""What the one loop may be told to do next, and what it found out so far in this look. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.accounts import AccountFacts, LivePass, Method
from shared.domain.application import Application, Change
from shared.domain.issuing import Minted, NotMinted
from shared.domain.mails import MailState, OwedMail
from shared.domain.requests import Request
from shared.domain.staff import Decider


class Need(StrEnum):
    """Facts that are gathered from outside."""

    LOCK = "lock"
    ACCOUNT = "account"
    METHODS = "methods"
    PASSES = "passes"
    FROZEN = "frozen"
    STORED_DECISION = "stored_decision"


@dataclass(frozen=True, slots=True)
class Gather:
    """Ask outside for these."""

    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class GatherDecider:
    """Verify the token that came with a staff request."""

    request: Request


@dataclass(frozen=True, slots=True)
class Commit:
    """Save this change."""

    change: Change


@dataclass(frozen=True, slots=True)
class MintPass:
    """Make a pass for the claimed attempt of this application."""

    application: Application


@dataclass(frozen=True, slots=True)
class DeletePasses:
    """Delete these passes of the account."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevokeSessions:
    """End all sign-in sessions of the account."""


@dataclass(frozen=True, slots=True)
class RemoveMethods:
    """Remove these old methods and whatever pass is left."""

    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class ErasePhotos:
    """Erase these blobs."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendMails:
    """Send what is owed, as far as the budget allows."""

    mails: tuple[OwedMail, ...]


@dataclass(frozen=True, slots=True)
class EraseRequests:
    """Take these answered requests out of the inbox."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before ``until``; None if nothing is ever due."""

    until: datetime | None


type Step = (
    Gather
    | GatherDecider
    | Commit
    | MintPass
    | DeletePasses
    | RevokeSessions
    | RemoveMethods
    | ErasePhotos
    | SendMails
    | EraseRequests
    | Wait
)


@dataclass(frozen=True, slots=True)
class LockFacts:
    """Who holds the account's lock, and what came before."""

    holder: str
    earlier: int
    contested_before: bool = False


@dataclass
class Findings:
    """What this look found out; forgotten when the application was changed by somebody else.

    Attributes:
        unreachable: Something outside could not be asked; the look ends and a later one tries again.
        refused: Graph refuses to answer for good: a permission is missing.
        mails_blocked_until: The mail service or its budget takes nothing before then.
        passes_deleted: Ids of the passes that this look deleted; never forgotten within the look.
        minted: Outcome of the attempt that this look claimed; never forgotten within the look.
        claimed: Number of the attempt that this look claimed.
    """

    lock: LockFacts | None = None
    account: AccountFacts | None = None
    account_asked: bool = False
    methods: tuple[Method, ...] | None = None
    passes: tuple[LivePass, ...] | None = None
    passes_deleted: frozenset[str] = frozenset()
    frozen: bool | None = None
    stored_decision: bool | None = None
    deciders: dict[str, Decider] = field(default_factory=dict)
    unreachable: bool = False
    refused: bool = False
    mails_blocked_until: datetime | None = None
    sessions_revoked: bool = False
    methods_gone: tuple[Method, ...] | None = None
    photos_erased: frozenset[str] = frozenset()
    minted: Minted | NotMinted | None = None
    claimed: int = 0

    def has(self, need: Need) -> bool:
        """Whether this was gathered already."""
        return {
            Need.LOCK: self.lock is not None,
            Need.ACCOUNT: self.account_asked,
            Need.METHODS: self.methods is not None,
            Need.PASSES: self.passes is not None,
            Need.FROZEN: self.frozen is not None,
            Need.STORED_DECISION: self.stored_decision is not None,
        }[need]


@dataclass(frozen=True)
class Case:
    """Everything the domain needs to name the next step."""

    application: Application | None
    mails: tuple[OwedMail, ...]
    waiting: tuple[Request, ...]
    answered: tuple[Request, ...]
    found: Findings

    def owed(self) -> tuple[OwedMail, ...]:
        """The mails that are still to be sent."""
        return tuple(each for each in self.mails if each.state is MailState.OWED)

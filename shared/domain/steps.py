"""What the one loop may be told to do next, and what it found out so far in this look. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.accounts import AccountFacts, LivePass, Method
from shared.domain.application import Application, Change
from shared.domain.audit import AuditHead
from shared.domain.card import CardLink
from shared.domain.issuing import Minted, NotMinted
from shared.domain.mails import MailState, OwedMail
from shared.domain.photo import StoredPhoto
from shared.domain.requests import Request
from shared.domain.retention import Erasure
from shared.domain.risks import Earlier, PhotoUse
from shared.domain.staff import Decider
from shared.domain.surge import Place


class Need(StrEnum):
    """Facts that are gathered from outside."""

    LOCK = "lock"
    ACCOUNT = "account"
    METHODS = "methods"
    PASSES = "passes"
    FROZEN = "frozen"
    STORED_DECISION = "stored_decision"
    CARD = "card"
    CARD_PASSES = "card_passes"
    LINK_STANDS = "link_stands"
    PROOF = "proof"
    CLERK = "clerk"
    SUBJECT = "subject"
    BLOCK = "block"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Gather:
    """Ask outside for these."""

    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class GatherDecider:
    """Verify the token that came with a staff request."""

    request: Request


@dataclass(frozen=True, slots=True)
class GatherFormProof:
    """Verify the flow's tokens that came with later requests of a form."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Supersede:
    """End this other open case of the account, in its own partition; it may have a pass to delete before it is over."""

    application: str


@dataclass(frozen=True, slots=True)
class GatherCard:
    """Verify the card's token that came with a request for the pass."""

    request: Request


@dataclass(frozen=True, slots=True)
class LookUpPhoto:
    """Keep the digests of this photo and look where else it was used.

    Attributes:
        photo: The stored photo.
        owner: Whose it is: employee id, or object id of an account without one.
        at: When it reached our door (UTC); by it the digest is erased.
    """

    photo: StoredPhoto
    owner: str
    at: datetime


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
class KeepContest:
    """Write beside the account's lock that its owner said "not me"."""


@dataclass(frozen=True, slots=True)
class LiftBlock:
    """Take what the case names off the block that is kept with the account's lock."""


@dataclass(frozen=True, slots=True)
class RemoveMethods:
    """Remove these old methods and whatever pass is left."""

    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class ErasePhotos:
    """Erase these blobs."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EraseRows:
    """Take these parts of what is known of a person out of the rows beside the case."""

    parts: tuple[Erasure, ...]


@dataclass(frozen=True, slots=True)
class ForgetLock:
    """Remove the account's lock, if nothing but this case needs it."""


@dataclass(frozen=True, slots=True)
class SendMails:
    """Send what is owed, as far as the budget allows."""

    mails: tuple[OwedMail, ...]


@dataclass(frozen=True, slots=True)
class KeepHead:
    """Write the newest hash of the audit trail to where nobody can change it."""

    head: AuditHead


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
    | GatherCard
    | GatherFormProof
    | LookUpPhoto
    | Supersede
    | Commit
    | MintPass
    | DeletePasses
    | RevokeSessions
    | KeepContest
    | LiftBlock
    | RemoveMethods
    | ErasePhotos
    | EraseRows
    | ForgetLock
    | SendMails
    | KeepHead
    | EraseRequests
    | Wait
)


@dataclass(frozen=True, slots=True)
class LockFacts:
    """Who holds the account's lock, and what came before; ``other`` is the holder's open case if it is another one.

    Attributes:
        blocked: Applications of which the owner said "not me", and which nobody has lifted.
        lifted: Somebody has lifted a block, and none stands now.
        lifters: Marks of the operators who did.
        history: The latest earlier applications, newest first.
        heard: Within a day somebody was told already that a form beside the open application changes nothing.
    """

    holder: str
    earlier: int
    contested_before: bool = False
    other: Application | None = None
    blocked: tuple[str, ...] = ()
    lifted: bool = False
    lifters: tuple[str, ...] = ()
    history: tuple[Earlier, ...] = ()
    heard: bool = False


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card's token proves: whether it is genuine and of this verification, and whose account the card is linked to."""

    verified: bool
    link: CardLink | None = None


@dataclass
class Findings:
    """What this look found out; forgotten when the application was changed by somebody else.

    Attributes:
        unreachable: Something outside could not be asked; the look ends and a later one tries again.
        card: What the card's token proves that came with the application.
        cards: The same of requests for the pass, by key.
        card_passes: How many passes by card the account got within 24 hours.
        link_stands: Whether the account is still linked as it was when its card decided.
        blocks: What blocks the account, with what is still to be written to its lock; ``lifters``: marks of who lifted before;
            ``had_part``: of who decided what it is about; ``block_lifted``: what the case names was taken off.
        refused: Graph refuses to answer for good: a permission is missing.
        mails_blocked_until: The mail service or its budget takes nothing before then.
        passes_deleted: Ids of the passes that this look deleted; never forgotten within the look.
        minted: Outcome of the attempt that this look claimed; never forgotten within the look.
        claimed: Number of the attempt that this look claimed.
        erased: Parts of what is known of the person that this look took out of the rows beside the case.
        proved: Whether the flow's token that came with a form verifies; ``form_proofs`` the same of later requests.
        clerk: Whom the token of a look-up at the counter names.
        subject: Object id of the account that a form or a clerk named; empty if there is none.
        photo_uses: Where else a photo was used, by its name.
        place: Whether a pass may be begun within the limit of the whole service; one that was granted is counted.
        salt: A random value for a case that begins in this look.
        head: Number of the last event whose hash this look knows to be kept; ``head_blocked``: it could not be written now.
        head_differs: Number of the event of which another hash is kept already.
    """

    lock: LockFacts | None = None
    account: AccountFacts | None = None
    account_asked: bool = False
    methods: tuple[Method, ...] | None = None
    passes: tuple[LivePass, ...] | None = None
    passes_deleted: frozenset[str] = frozenset()
    frozen: bool | None = None
    place: Place | None = None
    stored_decision: bool | None = None
    deciders: dict[str, Decider] = field(default_factory=dict)
    card: CardFacts | None = None
    cards: dict[str, CardFacts] = field(default_factory=dict)
    card_passes: int | None = None
    link_stands: bool | None = None
    unreachable: bool = False
    refused: bool = False
    mails_blocked_until: datetime | None = None
    sessions_revoked: bool = False
    contest_kept: bool = False
    blocks: tuple[str, ...] | None = None
    lifters: tuple[str, ...] = ()
    had_part: frozenset[str] = frozenset()
    block_lifted: bool = False
    methods_gone: tuple[Method, ...] | None = None
    photos_erased: frozenset[str] = frozenset()
    erased: frozenset[Erasure] = frozenset()
    photo_uses: dict[str, PhotoUse] = field(default_factory=dict)
    minted: Minted | NotMinted | None = None
    claimed: int = 0
    proved: bool | None = None
    form_proofs: dict[str, bool] = field(default_factory=dict)
    clerk: Decider | None = None
    subject: str | None = None
    salt: str = ""
    head: int = 0
    head_blocked: bool = False
    head_differs: int = 0

    def has(self, need: Need) -> bool:
        """Whether this was gathered already."""
        return {
            Need.LOCK: self.lock is not None,
            Need.ACCOUNT: self.account_asked,
            Need.METHODS: self.methods is not None,
            Need.PASSES: self.passes is not None,
            Need.FROZEN: self.frozen is not None,
            Need.STORED_DECISION: self.stored_decision is not None,
            Need.CARD: self.card is not None,
            Need.CARD_PASSES: self.card_passes is not None,
            Need.LINK_STANDS: self.link_stands is not None,
            Need.PROOF: self.proved is not None,
            Need.CLERK: self.clerk is not None,
            Need.SUBJECT: self.subject is not None,
            Need.BLOCK: self.blocks is not None,
            Need.PLACE: self.place is not None,
        }[need]


@dataclass(frozen=True)
class Case:
    """Everything the domain needs to name the next step; ``answers`` counts the requests that were ever answered."""

    application: Application | None
    mails: tuple[OwedMail, ...]
    waiting: tuple[Request, ...]
    answered: tuple[Request, ...]
    found: Findings
    answers: int = 0

    def owed(self) -> tuple[OwedMail, ...]:
        """The mails that are still to be sent."""
        return tuple(each for each in self.mails if each.state is MailState.OWED)

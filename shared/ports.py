"""What the service needs from outside, in its own words. Adapters fulfil these; fakes are held by the same contract tests.

All instants are aware UTC. Every method may raise :class:`UnavailableError`; other errors are named where they can occur.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from shared.domain.accounts import AccountFacts, LivePass, Method
from shared.domain.application import Application, Change
from shared.domain.events import Event
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import MailBudget, OwedMail
from shared.domain.photo import PhotoVerdict
from shared.domain.requests import Request
from shared.domain.staff import StaffIdentity


class PortError(Exception):
    """Something outside did not do what was asked. The text is for operators and holds no personal data."""


class ConflictError(PortError):
    """An insert-only row is there already."""


class StaleError(PortError):
    """The row was changed since it was read (ETag)."""


class MissingError(PortError):
    """What was asked for does not exist (any more)."""


class ForbiddenError(PortError):
    """The other side refuses for good: a role, permission or policy is missing, or it does not accept the values."""


class UnavailableError(PortError):
    """The other side cannot now, and surely did nothing; try again.

    Attributes:
        retry_after: Seconds the other side asked to wait, if it said so.
    """

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        """Keep the wait the other side asked for."""
        super().__init__(what)
        self.retry_after = retry_after


class UnknownOutcomeError(PortError):
    """The other side may or may not have done it: look first, never repeat blindly."""


class Clock(Protocol):
    """The business clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        ...


class Randomness(Protocol):
    """Unguessable values."""

    def token(self) -> str:
        """128 random bits as 32 hexadecimal digits."""
        ...


@dataclass(frozen=True, slots=True)
class Wake:
    """A due row: at ``at`` somebody looks at ``application``. ``key`` names the row; ``lane`` the queue that suits it."""

    at: datetime
    application: str
    key: str
    lane: str = "review"


@dataclass(frozen=True)
class Snapshot:
    """An application as it was read, with everything in its partition that the loop needs.

    Attributes:
        application: The case.
        version: ETag it was read with.
        wake: The due row the case names as its guard; nobody erases it while it is named.
        mails: All mails ever owed.
        answered: Keys of the requests that were answered.
        events: The audit trail, oldest first.
        mail_versions: ETags of the mails' rows, by the mail's key.
    """

    application: Application
    version: str
    wake: Wake | None
    mails: tuple[OwedMail, ...] = ()
    answered: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()
    mail_versions: Mapping[tuple[str, int, str], str] = field(default_factory=dict)

    def after(self, change: Change, version: str, wake: Wake | None) -> "Snapshot":
        """The case as a save of ``change`` leaves it; a mail that is owed already stays as it is."""
        owed = {each.key for each in self.mails}
        return Snapshot(
            application=change.application,
            version=version,
            wake=wake,
            mails=self.mails + tuple(each for each in change.mails if each.key not in owed),
            answered=self.answered | {each.request.key for each in change.answers},
            events=self.events + change.events,
            mail_versions=self.mail_versions,
        )

    def marked(self, mails: Sequence[OwedMail]) -> "Snapshot":
        """The case with what became of these mails."""
        by_key = {each.key: each for each in mails}
        return replace(self, mails=tuple(by_key.get(each.key, each) for each in self.mails))


class Applications(Protocol):
    """The cases; only the worker may save."""

    async def read(self, application: str) -> Snapshot | None:
        """The case and its rows, or None."""
        ...

    async def save(self, before: Snapshot | None, change: Change, wake: Wake | None) -> Snapshot:
        """Save state, events, mails owed and answers in one transaction; ``before`` None creates.

        Returns the case as it is now, with its new version, without another read.

        Raises:
            ConflictError: it exists already, or a request of the change was answered already.
            StaleError: it was changed since ``before`` was read.
            UnknownOutcomeError: no answer came; read to find out.
        """
        ...

    async def mark_mails(self, snapshot: Snapshot, mails: Sequence[OwedMail]) -> Snapshot:
        """Record what became of mails, each by the ETag it was read with; returns the case as it is then.

        A mail that somebody else marked meanwhile stays as they marked it.
        """
        ...


class OpenCases(Protocol):
    """Index of the cases that are not over, for the console. A name may be stale: look at the case."""

    async def add(self, application: str) -> None:
        """Name a case; naming it twice is the same as once."""
        ...

    async def drop(self, application: str) -> None:
        """Forget a case that ended."""
        ...

    async def names(self) -> list[str]:
        """Ids of all cases in the index."""
        ...


class Inbox(Protocol):
    """Where the doors put what they ask for."""

    async def put(self, request: Request) -> None:
        """Insert a request.

        Raises:
            ConflictError: the same slot was asked for already; the first stays.
        """
        ...

    async def waiting(self, application: str) -> list[Request]:
        """The requests for one application that are still in the inbox."""
        ...


class InboxSweep(Protocol):
    """The worker's side of the inbox."""

    async def everything(self) -> list[Request]:
        """All requests in the inbox, in any order."""
        ...

    async def erase(self, requests: Sequence[Request]) -> None:
        """Remove answered requests of one application; one that is gone is no error."""
        ...


class DueRows(Protocol):
    """Wake-ups that survive everything."""

    async def insert(self, at: datetime, application: str, lane: str) -> Wake:
        """Write a due row; it is there before this returns."""
        ...

    async def due(self, now: datetime) -> list[Wake]:
        """Every row whose time has come, no cursor."""
        ...

    async def erase(self, wakes: Sequence[Wake]) -> None:
        """Remove rows; one that is gone is no error."""
        ...


@dataclass(frozen=True, slots=True)
class AccountLock:
    """The lock row of an account: which application holds it, and the earlier ones, newest first."""

    subject: str
    application: str
    earlier: tuple[str, ...]
    version: str


class AccountLocks(Protocol):
    """One open application per account. Valid only while the application it names is open."""

    async def read(self, subject: str) -> AccountLock | None:
        """The lock of an account, if there ever was one."""
        ...

    async def insert(self, subject: str, application: str) -> None:
        """Take the lock of an account that never had one.

        Raises:
            ConflictError: there is a row.
        """
        ...

    async def replace(self, lock: AccountLock, application: str) -> None:
        """Take over by ETag; the application it named joins the earlier ones.

        Raises:
            StaleError: somebody else wrote it since it was read.
        """
        ...


class Switches(Protocol):
    """Rows that steer or watch the whole service."""

    async def frozen(self) -> bool:
        """Whether an operator has frozen the making of passes."""
        ...

    async def beat(self, at: datetime) -> None:
        """The worker is alive."""
        ...

    async def last_beat(self) -> datetime | None:
        """When the worker was last seen alive."""
        ...


class MailBudgets(Protocol):
    """The shared token bucket, guarded by ETag."""

    async def read(self) -> tuple[MailBudget | None, str]:
        """The bucket and its version; None when nothing was ever sent."""
        ...

    async def write(self, budget: MailBudget, version: str) -> None:
        """Save it.

        Raises:
            StaleError: another worker took from it first.
        """
        ...


class Photos(Protocol):
    """The private container of ID photos."""

    async def put(self, name: str, jpeg: bytes) -> None:
        """Store a re-encoded photo under an opaque name."""
        ...

    async def get(self, name: str) -> bytes:
        """Read one.

        Raises:
            MissingError: it was erased.
        """
        ...

    async def erase(self, name: str) -> None:
        """Remove one for good; one that is gone is no error."""
        ...


class Hints(Protocol):
    """Queue messages that name an application and nothing else; losing one does no harm."""

    async def send(self, lane: str, application: str) -> None:
        """Put a hint into a lane."""
        ...


@dataclass(frozen=True, slots=True)
class Poison:
    """A message the platform gave up on, kept for an operator."""

    key: str
    lane: str
    text: str
    at: datetime


class PoisonRows(Protocol):
    """Messages given up on: listed in the console until somebody retries them."""

    async def keep(self, poison: Poison) -> None:
        """Record one; the same message twice is the same as once."""
        ...

    async def kept(self) -> list[Poison]:
        """All of them."""
        ...

    async def drop(self, key: str) -> None:
        """Forget one that was retried."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """Who looked at what: an insert-only row, separate from the case."""

    application: str
    actor: str
    what: str
    at: datetime


class Accesses(Protocol):
    """Access records."""

    async def record(self, access: Access) -> None:
        """Write one before the thing is shown."""
        ...

    async def of(self, application: str) -> list[Access]:
        """All accesses to one case, oldest first."""
        ...


class Directory(Protocol):
    """The directory of accounts."""

    async def facts(self, subject: str) -> AccountFacts | None:
        """Everything the guards need, every list read to its end; None when there is no such account.

        Raises:
            ForbiddenError: a permission is missing.
        """
        ...

    async def employee_id(self, subject: str) -> str:
        """The employee id of an account, empty when it has none or does not exist."""
        ...


class Methods(Protocol):
    """Authentication methods of an account."""

    async def registered(self, subject: str) -> list[Method]:
        """All methods, a pass included; unknown kinds as ``UNKNOWN``."""
        ...

    async def remove(self, subject: str, method: Method) -> bool:
        """Delete one method; False when Graph keeps it (the default while others exist). Gone already counts as removed.

        Raises:
            ForbiddenError: a permission for this kind is missing.
        """
        ...


@dataclass(frozen=True, slots=True)
class NewPass:
    """A pass just made. The code is readable here and nowhere else; ``repr`` hides it."""

    id: str
    expires_at: datetime
    code: str = field(repr=False)


class Passes(Protocol):
    """Temporary Access Passes of an account."""

    async def listed(self, subject: str) -> list[LivePass]:
        """The passes there are (Graph keeps at most one)."""
        ...

    async def create(self, subject: str, *, minutes: int, one_time: bool) -> NewPass:
        """Make a pass; sent once, never repeated.

        Raises:
            ForbiddenError: Graph refuses for good.
            UnavailableError: Graph surely did nothing (429).
            UnknownOutcomeError: it may have been made.
        """
        ...

    async def delete(self, subject: str, pass_id: str) -> None:
        """Delete one; one that is gone is no error."""
        ...


class SignInSessions(Protocol):
    """Sign-in sessions of an account."""

    async def revoke(self, subject: str) -> None:
        """End all sessions of the account."""
        ...


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A mail ready to be sent."""

    to: str
    subject: str
    text: str
    html: str


class Mailer(Protocol):
    """The mail service."""

    async def send(self, message: MailMessage, *, operation: str) -> None:
        """Hand over one message; ``operation`` (a GUID) is the same for every try of the same mail.

        Raises:
            ForbiddenError: the service refuses this message for good.
            UnknownOutcomeError: it may have been accepted.
        """
        ...


@dataclass(frozen=True, slots=True)
class LinkTokens:
    """Signed tokens a mail needs, made at send time; absent ones are empty."""

    action: str = ""
    not_me: str = ""


class MailComposer(Protocol):
    """Turns a mail owed into words."""

    def compose(self, mail: OwedMail, application: Application, tokens: LinkTokens) -> MailMessage:
        """Subject, text and HTML in the application's language (staff mails in both)."""
        ...

    def given_up(self, to: str) -> MailMessage:
        """To an operator: a message or a request was given up on; the console lists it."""
        ...

    def digest(self, to: str, cases: Sequence[tuple[OwedMail, Application, LinkTokens]]) -> MailMessage:
        """One message to one member of staff about several cases."""
        ...


class StaffTokens(Protocol):
    """Verifies ID tokens of the staff application."""

    async def verify(self, token: str, *, stamped_at: datetime) -> StaffIdentity | None:
        """Check signature, issuer, audience, tenant, ``acrs``, and that ``stamped_at`` lies in its life; None if not."""
        ...


class Sealer(Protocol):
    """Encrypts a pass to the browser that asked."""

    def accepts(self, public_key: str) -> bool:
        """Whether a base64 SubjectPublicKeyInfo is an RSA key of 2048 bits or more."""
        ...

    def seal(self, public_key: str, code: str) -> str:
        """Base64 of RSA-OAEP with SHA-256.

        Raises:
            ValueError: no usable RSA key of 2048 bits or more, or a code of over 48 characters.
        """
        ...


class PhotoLab(Protocol):
    """Judges and re-encodes photos."""

    async def judge(self, raw: bytes) -> PhotoVerdict:
        """Decide by content, decode within bounds, re-encode without metadata."""
        ...


class Links(Protocol):
    """Signed links."""

    def sign(self, claims: LinkClaims) -> str:
        """A URL-safe token."""
        ...

    def read(self, purpose: Purpose, token: str) -> LinkClaims:
        """The claims of a token made for this purpose (its expiry is the caller's to check).

        Raises:
            LinkMalformedError: altered, for another purpose, or signed with an unknown key.
        """
        ...

    def addressee(self, address: str) -> str:
        """A short keyed digest of an address."""
        ...

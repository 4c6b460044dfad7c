"""What wakes the worker and keeps workers apart: inbox, due rows, hints, locks, switches, the mail budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.card import CardLink, LinkDeed, LinkRecord
from shared.domain.freezing import FreezeSwitch
from shared.domain.health import HealthReport
from shared.domain.mails import MailBudget
from shared.domain.requests import Request
from shared.domain.surge import PassMeter
from shared.ports.cases import Wake


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


class Hints(Protocol):
    """Queue messages that name an application and nothing else; losing one does no harm."""

    async def send(self, lane: str, application: str) -> None:
        """Put a hint into a lane."""
        ...


@dataclass(frozen=True, slots=True)
class AccountLock:
    """The lock row of an account: which application holds it, and the earlier ones, newest first.

    Attributes that are not plain:
        contested: The owner once said "this was not me" of one of them. It stays, however many applications follow.
        blocked_by: The applications of which the owner said so and that nobody has lifted since: while there is one, website,
            form and card give this account nothing; ``blocked_at`` is when the first of them was written down (UTC).
        lifted: The applications of which the owner said so and that were lifted; the same one never blocks twice.
        lifters: Marks of the operators who lifted: they decide nothing about this account any more.
        told_of: The last response of a form beside an open application of whose end its sender is told, once a day however
            many come; ``told_at`` is when that was settled (UTC).
    """

    subject: str
    application: str
    earlier: tuple[str, ...]
    version: str
    contested: bool = False
    blocked_by: tuple[str, ...] = ()
    blocked_at: datetime | None = None
    lifted: tuple[str, ...] = ()
    lifters: tuple[str, ...] = ()
    told_of: str = ""
    told_at: datetime | None = None

    @property
    def blocked(self) -> bool:
        """Whether nobody has lifted yet what the owner's "not me" closed."""
        return bool(self.blocked_by)


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
        """Take over by ETag; the application it named joins the earlier ones. Contest and block stay as they are.

        Raises:
            StaleError: somebody else wrote it since it was read.
        """
        ...

    async def mark(self, lock: AccountLock) -> None:
        """Write what the lock says of contest and block, by the ETag it was read with; whose lock it is does not change.

        Raises:
            StaleError: somebody else wrote it since it was read.
            UnknownOutcomeError: no answer came; read to find out.
        """
        ...

    async def forget(self, lock: AccountLock) -> None:
        """Remove a lock that nothing refers to, as it was read, with its row of the index of blocked accounts.

        Raises:
            StaleError: somebody else wrote it since it was read, or it is gone.
            UnknownOutcomeError: no answer came; read to find out.
        """
        ...

    async def blocked(self) -> list[str]:
        """Object ids of all blocked accounts, for the console; an index of its own, no scan of the locks."""
        ...


class CardLinks(Protocol):
    """Links between accounts and cards: insert-only rows both ways; only the worker writes."""

    async def by_account(self, subject: str) -> CardLink | None:
        """The link of an account."""
        ...

    async def by_card(self, card: str) -> CardLink | None:
        """The link of a card."""
        ...

    async def link(self, link: CardLink) -> None:
        """Insert both rows and the line of the history, or none of them.

        Raises:
            ConflictError: the account or the card is linked already, or this verification made a link before.
            UnknownOutcomeError: no answer came: ``record`` tells.
        """
        ...

    async def unlink(self, link: CardLink, *, verification: str, at: datetime, actor: str = "") -> None:
        """Remove both rows of a link as it was read and write the line of the history, or nothing.

        Raises:
            StaleError: the link is gone, or was made anew since it was read.
            ConflictError: this request removed a link before.
            UnknownOutcomeError: no answer came: ``record`` tells.
        """
        ...

    async def record(self, verification: str, deed: LinkDeed) -> LinkRecord | None:
        """What a request did already, so that it is done once however often it is tried."""
        ...

    async def note_told(self, record: LinkRecord) -> None:
        """Write down which mails about it went out; of two at once the last one stays."""
        ...


class Switches(Protocol):
    """Rows that steer or watch the whole service."""

    async def frozen(self) -> bool:
        """Whether an operator has frozen the making of passes."""
        ...

    async def freeze_switch(self) -> FreezeSwitch:
        """How the switch stands, who touched it last and why."""
        ...

    async def turn(self, switch: FreezeSwitch) -> None:
        """Write the switch by the ETag it was read with, and a line of its history, in one transaction.

        Raises:
            StaleError: somebody else touched it since it was read.
            UnknownOutcomeError: no answer came; read to find out.
        """
        ...

    async def freeze_history(self) -> list[FreezeSwitch]:
        """How it stood after each touch, newest first, the last fifty."""
        ...

    async def beat(self, at: datetime) -> None:
        """The worker is alive."""
        ...

    async def last_beat(self) -> datetime | None:
        """When the worker was last seen alive."""
        ...

    async def keep_report(self, report: HealthReport) -> None:
        """Keep what the worker found of its environment, in place of what it found before."""
        ...

    async def last_report(self) -> HealthReport | None:
        """What the worker found when it last looked; None if it never did.

        Raises:
            ValueError: the row cannot be read.
        """
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


class PassMeters(Protocol):
    """How many passes the whole service began of late, guarded by ETag; only the worker writes it."""

    async def read(self) -> PassMeter | None:
        """The meter; None when no pass was ever asked for."""
        ...

    async def write(self, meter: PassMeter) -> None:
        """Save it by the version it was read with; an empty one stands for a meter that was not there.

        Raises:
            StaleError: another worker counted first.
        """
        ...

"""Seal, mails, mail service, due rows and photos, such that the book learns what happened."""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.application import Application
from shared.domain.card import LinkRecord
from shared.domain.freezing import FreezeSwitch
from shared.domain.kinds import Language
from shared.domain.mails import OwedMail
from shared.domain.surge import PassMeter
from shared.ports import AccountLock, ForbiddenError, LinkTokens, MailMessage, Notice, UnavailableError, Wake
from tests.fakes.hooks import Hooks, call
from tests.fakes.memory_guards import MemoryAccountLocks, MemoryPassMeters, MemoryPhotos, MemorySwitches
from tests.fakes.memory_work import MemoryDueRows
from tests.fakes.plain_composer import PlainComposer
from tests.simulation.book import Book, Sending
from tests.simulation.processes import OF_THE_CROWD, PROCESS
from tests.simulation.weather import Fault

if TYPE_CHECKING:
    from tests.simulation.world import World


_READ_AT: ContextVar[float] = ContextVar("read_at")
"""When this task read the meter of passes."""


class Seal:
    """The port ``Sealer``: what is sealed can be opened with the key alone, and the book has the keys."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def accepts(self, public_key: str) -> bool:
        """Any text but an empty one is a key here."""
        return bool(public_key)

    def seal(self, public_key: str, code: str) -> str:
        """A text that says nothing."""
        if not public_key:
            raise ValueError("cannot be sealed")
        sealed = f"sealed-{len(self._book.keys) + 1}"
        self._book.keys[sealed] = (public_key, code)
        return sealed


class SimulatedComposer(PlainComposer):
    """Mails that name their case, so that people know what they are about."""

    def compose(self, mail: OwedMail, application: Application, tokens: LinkTokens) -> MailMessage:
        """``kind id`` and the links."""
        kind = mail.kind.value
        text = f"{kind} {application.id} {mail.round} {tokens.action or '-'} {tokens.not_me or '-'}"
        return MailMessage(mail.to, f"{kind} {application.id}", text, text)

    def digest(self, to: str, cases: Sequence[tuple[OwedMail, Application, LinkTokens]]) -> MailMessage:
        """One line for each case."""
        lines = [self.compose(mail, application, tokens).text for mail, application, tokens in cases]
        return MailMessage(to, "digest", "\n".join(lines), "")

    def given_up(self, to: str) -> MailMessage:
        """To an operator, about what belongs to no case."""
        return MailMessage(to, "given_up", "given_up console 0 - -", "")

    def service_notice(self, to: str, notice: Notice) -> MailMessage:
        """To an operator, about the service itself."""
        kind = f"service_{notice.kind.value}"
        return MailMessage(to, kind, f"{kind} console 0 - -", "")

    def link_changed(self, to: str, record: LinkRecord, *, account: str, language: Language) -> MailMessage:
        """To the owner of an account that was linked with a card, or is not any more."""
        text = f"card_{record.deed.value} {record.verification} 0 - -"
        return MailMessage(to, f"card_{record.deed.value} {record.verification}", text, text)


@dataclass
class SimulatedMailer:
    """The port ``Mailer``: what it takes is in the book, and people read it."""

    world: "World"
    hooks: Hooks
    refused: dict[str, tuple[float, float]] = field(default_factory=dict)
    deferred: dict[str, float] = field(default_factory=dict)
    put_off: set[str] = field(default_factory=set)

    port = "mailer"

    @call
    async def send(self, message: MailMessage, *, operation: str) -> str:
        world = self.world
        start, end = self.refused.get(message.to, (0.0, 0.0))
        if start <= world.loop.seconds < end:
            world.weather.strike(Fault.REFUSED_MAIL)
            raise ForbiddenError("no such address")
        if world.loop.seconds < self.deferred.get(message.to, 0.0):
            if message.to not in self.put_off:
                world.weather.strike(Fault.DEFERRED_MAIL)
            self.put_off.add(message.to)
            world.trouble.last_strike = world.loop.seconds
            raise UnavailableError("not now", 600.0)
        lines = message.text.splitlines()
        for line in lines:
            kind, name, *rest = line.split()
            key = (message.to, f"{kind} {name}")
            task = id(PROCESS.get())
            world.book.sendings[key].append(
                Sending(operation, message.to, " ".join([kind, name, *rest[:1]]), world.loop.seconds, task)
            )
        world.book.note(message)
        world.trouble.say(f"           mail to {message.to}: {' + '.join(each.split()[0] for each in lines)}")
        for line in lines:
            world.read_mail(message.to, line)
        return operation


class WatchedDueRows(MemoryDueRows):
    """Due rows; the timers know of each, and an erasure is seen."""

    world: "World"

    @call
    async def insert(self, at: datetime, application: str, lane: str) -> Wake:
        wake: Wake = await MemoryDueRows.insert.__wrapped__(self, at, application, lane)  # type: ignore[attr-defined]
        self.world.machines.due_at(at)
        return wake

    @call
    async def erase(self, wakes: Sequence[Wake]) -> None:
        await MemoryDueRows.erase.__wrapped__(self, wakes)  # type: ignore[attr-defined]
        for name in dict.fromkeys(each.application for each in wakes):
            self.world.witness.erased(name)


class WatchedLocks(MemoryAccountLocks):
    """Account locks; when one says that its account is blocked, or not any more, is written down."""

    world: "World"

    def _write(self, lock: AccountLock) -> None:
        super()._write(lock)
        self.world.book.blocked[lock.subject].append((self.world.loop.seconds, lock.blocked))
        self.world.book.not_mine.update(lock.blocked_by)

    @call
    async def forget(self, lock: AccountLock) -> None:
        await MemoryAccountLocks.forget.__wrapped__(self, lock)  # type: ignore[attr-defined]
        if lock.blocked:
            self.world.broken("a_not_me_blocks", f"the block of {lock.subject} was forgotten")


class WatchedSwitches(MemorySwitches):
    """The freeze switch; each turn is written down."""

    world: "World"

    @call
    async def turn(self, switch: FreezeSwitch) -> None:
        await MemorySwitches.turn.__wrapped__(self, switch)  # type: ignore[attr-defined]
        self.world.book.frozen.append((self.world.loop.seconds, switch.frozen))
        self.world.trouble.say(f"           the service is {'frozen' if switch.frozen else 'free'}")


class WatchedMeters(MemoryPassMeters):
    """The meter of passes; each place that is taken is written down."""

    world: "World"

    @call
    async def read(self) -> PassMeter | None:
        _READ_AT.set(self.world.loop.seconds)
        return self.meter

    @call
    async def write(self, meter: PassMeter) -> None:
        before = self.meter
        await MemoryPassMeters.write.__wrapped__(self, meter)  # type: ignore[attr-defined]
        same = before is not None and before.hour_from == meter.hour_from
        if meter.hour_made > (before.hour_made if before is not None and same else 0):
            self.world.book.places.append((_READ_AT.get(), self.world.loop.seconds))
            self.world.book.own_places += not OF_THE_CROWD.get()
            self.world.witness.placed()


class WatchedPhotos(MemoryPhotos):
    """The container of photos; when each came is written down."""

    world: "World"

    @call
    async def put(self, name: str, jpeg: bytes) -> None:
        await MemoryPhotos.put.__wrapped__(self, name, jpeg)  # type: ignore[attr-defined]
        self.world.book.photos[name] = self.world.loop.seconds

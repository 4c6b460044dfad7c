"""The mail service, and who writes the mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.domain.application import Application
from shared.domain.card import LinkRecord
from shared.domain.freezing import FreezeReason
from shared.domain.kinds import Language
from shared.domain.mails import OwedMail


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A mail ready to be sent."""

    to: str
    subject: str
    text: str
    html: str


class NoticeKind(StrEnum):
    """What concerns the whole service."""

    FROZEN = "frozen"
    THAWED = "thawed"
    SURGE = "surge"


@dataclass(frozen=True, slots=True)
class Notice:
    """News of the whole service for its operators; ``by`` is the operator who did it, empty for the service itself."""

    kind: NoticeKind
    at: datetime
    by: str = ""
    reason: FreezeReason | None = None


class Mailer(Protocol):
    """The mail service."""

    async def send(self, message: MailMessage, *, operation: str) -> str:
        """Hand over one message; ``operation`` (a GUID) is the same for every try of the same mail.

        Returns the id under which the service accepted it (as a rule ``operation``): its delivery report names it.

        Raises:
            ForbiddenError: the service refuses this message for good.
            UnknownOutcomeError: it may have been accepted.
        """
        ...


class SentMails(Protocol):
    """Which case a message of the mail service belongs to, for its delivery report; only the worker writes it."""

    async def note(self, message: str, application: str) -> None:
        """Write down whose message it is, before it is handed over: a report may be faster than our own row."""
        ...

    async def case_of(self, message: str) -> str | None:
        """The case of a message; None if we handed over none of this id."""
        ...

    async def forget(self, messages: Sequence[str]) -> None:
        """Erase the rows of these; one that is gone is no error."""
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

    def service_notice(self, to: str, notice: Notice) -> MailMessage:
        """To an operator: passes were frozen, are made again, or too many were asked for."""
        ...

    def link_changed(self, to: str, record: LinkRecord, *, account: str, language: Language) -> MailMessage:
        """To the owner of an account (``account`` is its name): it was linked with a card, or the link was removed."""
        ...

    def digest(self, to: str, cases: Sequence[tuple[OwedMail, Application, LinkTokens]]) -> MailMessage:
        """One message to one member of staff about several cases."""
        ...

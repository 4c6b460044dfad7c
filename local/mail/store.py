"""The local mail service's library door: what is accepted, limited, delivered, and by whom it can be read."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from local.configuration import MAIL_SENDER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.calls import Calls
    from local.faults import Faults

SERVICE: Final = "mail"
#: The access key of the local resource: it opens nothing but this imitation.
ACCESS_KEY: Final = "bG9jYWwtbWFpbC1hY2Nlc3Mta2V5LTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Ng=="
#: Limits of one request (learn.microsoft.com: service limits of Azure Communication Services).
MAXIMUM_RECIPIENTS: Final = 50
MAXIMUM_BYTES: Final = 10 * 1024 * 1024
#: How long a ``Repeatability-Request-ID`` is remembered.
REPEATABILITY: Final = timedelta(minutes=5)

_SETTINGS: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "per_minute": ((int,), "sends accepted in any 60 s (custom domain in Azure: 30); default: no limit"),
    "per_hour": ((int,), "sends accepted in any 3600 s (custom domain in Azure: 100); default: no limit"),
    "bounce": ((str, list), "address or addresses whose mail comes back after it was accepted"),
    "suppressed": ((str, list), "address or addresses on the suppression list: accepted, never sent"),
    "scanner": ((bool,), "true: every link of an arriving mail is opened by HEAD and by GET"),
    "forget_operations": ((bool,), "true: an Operation-Id sent twice makes two mails"),
}


class MailError(Exception):
    """A refusal: HTTP status, the service's word for it, text for the log, and a wait in seconds if any."""

    def __init__(self, message: str, *, status: int, code: str, retry_after: int | None = None) -> None:
        """Keep the parts of the answer."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One accepted mail. ``delivery``: as the delivery report says; only ``Delivered`` reaches a mailbox.

    ``operation`` is the id of its send, by which the delivery report names it.
    """

    id: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: str
    delivery: str = "Delivered"
    operation: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class MailStore:
    """Accepted mails and the memory of operations. Times are of the business clock."""

    def __init__(
        self,
        now: Callable[[], datetime],
        faults: Faults,
        calls: Calls,
        *,
        senders: tuple[str, ...] = (MAIL_SENDER,),
        key: str = ACCESS_KEY,
    ) -> None:
        """Accept mail from ``senders`` for callers who sign with ``key``."""
        self.now = now
        self.faults = faults
        self.calls = calls
        self.key = key
        self._senders = {sender.lower() for sender in senders}
        self._mails: list[Mail] = []
        self._operations: dict[str, str] = {}
        self._sends: list[datetime] = []
        for name, (types, text) in _SETTINGS.items():
            faults.declare(SERVICE, name, types=types, effect=False, help=text)

    @property
    def scanner(self) -> bool:
        """Whether arriving links are opened by a scanner."""
        return bool(self.faults.setting(SERVICE, "scanner", False))  # noqa: FBT003 - the default

    def send(self, message: Mapping[str, Any], *, operation: str | None = None) -> tuple[str, Mail | None]:
        """Accept one message in the service's JSON form; return the operation's id and the mail if it is new.

        Checks: sender, recipients (1 to 50), subject, a body, the limits per minute and hour.

        :raises MailError: as the service refuses.
        """
        recipients = self._recipients(message)
        content = self._content(message)
        remembered = operation and not self.faults.setting(SERVICE, "forget_operations", False)  # noqa: FBT003
        if operation and remembered and operation in self._operations:
            return operation, None
        self._take_from_limits()
        number = operation or str(uuid.uuid4())
        mail = Mail(
            id=str(uuid.uuid4()),
            to=recipients,
            subject=content["subject"],
            text=content.get("plainText") or "",
            html=content.get("html") or "",
            sent_at=self.now().astimezone(UTC).isoformat().replace("+00:00", "Z"),
            delivery=self._delivery(recipients),
            operation=number,
            headers=dict(message.get("headers") or {}),
        )
        self._mails.append(mail)
        self._operations[number] = mail.id
        return number, mail

    def operation(self, number: str) -> dict[str, Any]:
        """Return the state of a send.

        :raises MailError: 404 if there was none.
        """
        if number not in self._operations:
            raise MailError("The operation does not exist.", status=404, code="NotFound")
        return {"id": number, "status": "Succeeded", "error": None}

    def messages(self, to: str | None = None, *, undelivered: bool = False) -> list[dict[str, Any]]:
        """Return mails oldest first, as scripts see them (DESIGN 10); only those to one address if asked.

        ``undelivered`` asks for the bounced and suppressed ones instead, with the reason as ``delivery``.
        """
        wanted = to.lower() if to else None
        found = [
            mail
            for mail in self._mails
            if (mail.delivery != "Delivered") is undelivered
            and (wanted is None or wanted in {address.lower() for address in mail.to})
        ]
        names = ("id", "subject", "text", "html", "sent_at") + (("delivery",) if undelivered else ())
        return [{"to": list(mail.to)} | {name: getattr(mail, name) for name in names} for mail in found]

    def find(self, number: str) -> Mail | None:
        """One accepted mail by its id, whether it arrived or not."""
        return next((mail for mail in self._mails if mail.id == number), None)

    def clear(self) -> None:
        """Empty the mailbox; operations and limits are remembered."""
        self._mails.clear()

    def snapshot(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "mails": [asdict(mail) | {"to": list(mail.to)} for mail in self._mails],
            "operations": dict(self._operations),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take what :meth:`snapshot` gave."""
        self._mails = [Mail(**(item | {"to": tuple(item["to"])})) for item in data["mails"]]
        self._operations = dict(data["operations"])

    def _recipients(self, message: Mapping[str, Any]) -> tuple[str, ...]:
        sender = str(message.get("senderAddress") or "").lower()
        domains = {known.rpartition("@")[2] for known in self._senders}
        if sender.rpartition("@")[2] not in domains:
            raise MailError(
                "The specified sender domain has not been linked.", status=404, code="DomainNotLinked"
            )
        if sender not in self._senders:
            raise MailError("Invalid sender user name.", status=400, code="InvalidSenderUserName")
        lists = message.get("recipients") or {}
        found = [entry.get("address", "") for name in ("to", "cc", "bcc") for entry in lists.get(name) or []]
        if not found or not all("@" in address for address in found):
            raise MailError(
                "Request body validation error: recipients.", status=400, code="InvalidRecipients"
            )
        if len(found) > MAXIMUM_RECIPIENTS:
            raise MailError("Number of recipients exceeds the limit.", status=400, code="TooManyRecipients")
        return tuple(found)

    def _content(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        content: Mapping[str, Any] = message.get("content") or {}
        if not content.get("subject") or not (content.get("plainText") or content.get("html")):
            raise MailError("Request body validation error: content.", status=400, code="BadRequest")
        return content

    def _take_from_limits(self) -> None:
        now = self.now()
        # The business clock may have been moved backwards: sends "of the future" no longer count.
        self._sends = [at for at in self._sends if now - timedelta(hours=1) < at <= now]
        for name, window in (("per_minute", timedelta(minutes=1)), ("per_hour", timedelta(hours=1))):
            limit = int(self.faults.setting(SERVICE, name, 0))
            recent = [at for at in self._sends if at > now - window]
            if limit and len(recent) >= limit:
                wait = (recent[-limit] + window - now).total_seconds()
                raise MailError(
                    "Too many requests.", status=429, code="TooManyRequests", retry_after=int(wait) + 1
                )
        self._sends.append(now)

    def _delivery(self, recipients: tuple[str, ...]) -> str:
        for name, word in (("suppressed", "Suppressed"), ("bounce", "Bounced")):
            listed: Any = self.faults.setting(SERVICE, name, [])
            addresses = {str(each).lower() for each in ([listed] if isinstance(listed, str) else listed)}
            if addresses & {address.lower() for address in recipients}:
                return word
        return "Delivered"

"""A mail service that keeps what it was handed."""

from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from shared.ports import MailMessage
from tests.fakes.hooks import Hooks, call


@dataclass
class RecordingMailer:
    """The port ``Mailer``: ``sent`` are all messages in order, ``operations`` the ids of the tries that arrived.

    ``own_ids``: it accepts each mail under an id of its own, as the documentation does not rule out.
    """

    hooks: Hooks = field(default_factory=Hooks)
    sent: list[MailMessage] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    own_ids: bool = False

    @property
    def port(self) -> str:
        """Name of the port."""
        return "mailer"

    @call
    async def send(self, message: MailMessage, *, operation: str) -> str:
        self.sent.append(message)
        self.operations.append(operation)
        return str(uuid5(NAMESPACE_URL, operation)) if self.own_ids else operation

    def to(self, address: str) -> list[MailMessage]:
        """What one address got, oldest first."""
        return [each for each in self.sent if each.to == address]

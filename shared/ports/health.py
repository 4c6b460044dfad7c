"""Harmless calls that show whether this process may do what it is for: nothing is read of a person, nothing is changed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from shared.domain.health import GraphCall, SignInAs


class StorageProbe(Protocol):
    """The storage accounts, asked for what is never there.

    Every method raises besides :class:`UnavailableError`:
        ForbiddenError: the identity of this process lacks a role.
        MissingError: the table, queue or container is not there.
    """

    async def read_table(self, name: str) -> None:
        """Read a row that is never there."""
        ...

    async def change_table(self, name: str) -> None:
        """Delete a row that is never there."""
        ...

    async def messages(self, queue: str) -> int:
        """About how many messages wait."""
        ...

    async def read_container(self, name: str) -> None:
        """Read a blob that is never there."""
        ...

    async def change_container(self, name: str) -> None:
        """Delete a blob that is never there."""
        ...

    async def clock_ahead(self) -> timedelta:
        """How far this machine's clock is ahead of the storage service's, to the second."""
        ...


@dataclass(frozen=True, slots=True)
class PassPolicy:
    """The tenant's policy of Temporary Access Passes."""

    enabled: bool


class GraphProbe(Protocol):
    """Microsoft Graph, asked about an account that nobody has."""

    async def ask(self, call: GraphCall) -> None:
        """Make the call; that there is no such account is the good answer.

        Raises:
            ForbiddenError: Graph says 403: the app role is missing.
            UnavailableError: it says something else, or nothing.
        """
        ...

    async def pass_policy(self) -> PassPolicy:
        """Read the policy.

        Raises:
            ForbiddenError: Graph says 403: the app role is missing.
            UnavailableError: it says something else, or nothing.
        """
        ...


class SignInProbe(Protocol):
    """Entra ID, asked whether it takes this process for a registration, as it must whenever somebody signs in."""

    async def ask(self, registration: SignInAs) -> None:
        """Prove it, for nobody.

        Raises:
            ForbiddenError: Entra does not believe it: the registration does not trust this identity, or is not there.
            UnavailableError: the platform gives no token of the identity, or Entra no usable answer.
        """
        ...


class MailProbe(Protocol):
    """The mail service, asked about a mail that was never sent."""

    async def ask(self) -> None:
        """Ask; that there is no such mail is the good answer.

        Raises:
            ForbiddenError: role or key are missing or wrong.
            UnavailableError: no usable answer.
        """
        ...

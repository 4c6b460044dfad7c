"""The directory of accounts: facts, methods, passes, sessions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.domain.accounts import AccountFacts, LivePass, Method


class Directory(Protocol):
    """The directory of accounts."""

    async def facts(self, subject: str) -> AccountFacts | None:
        """Everything the guards need, every list read to its end; None when there is no such account.

        Raises:
            ForbiddenError: a permission is missing.
        """
        ...

    async def find(self, account: str) -> str | None:
        """Object id of the account with this user principal name; None when there is none.

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

"""Temporary Access Passes in Microsoft Graph."""

from datetime import datetime, timedelta
from typing import Any, Final

from shared.adapters.graph_client import GraphConnection
from shared.adapters.graph_errors import GraphUnknownOutcomeError
from shared.domain.accounts import LivePass
from shared.ports import ForbiddenError, MissingError, NewPass

_CREATE: Final = "POST temporaryAccessPassMethods"


class GraphPasses:
    """Implements the port ``Passes``. Needs the app role ``UserAuthMethod-TAP.ReadWrite.All``."""

    def __init__(self, connection: GraphConnection) -> None:
        self._connection = connection

    async def listed(self, subject: str) -> list[LivePass]:
        """The pass there is, dead or alive. Graph may show it only some time after it was made.

        Raises:
            MissingError: there is no such account.
        """
        found = await self._connection.every(
            "GET temporaryAccessPassMethods",
            lambda graph: graph.users.by_user_id(subject).authentication.temporary_access_pass_methods,
        )
        return [_live(each) for each in found]

    async def create(self, subject: str, *, minutes: int, one_time: bool) -> NewPass:
        """Make a pass. Sent once: each create replaces the pass before it, and its code is told once.

        Raises:
            ForbiddenError: Graph refuses for good: lifetime, policy, guest, no account, missing app role.
            UnavailableError: Graph surely did nothing.
            UnknownOutcomeError: it may have been made.
        """
        from msgraph.generated.models.temporary_access_pass_authentication_method import (
            TemporaryAccessPassAuthenticationMethod,
        )

        body = TemporaryAccessPassAuthenticationMethod(lifetime_in_minutes=minutes, is_usable_once=one_time)

        async def post(request: Any) -> Any:  # noqa: ANN401 - SDK types
            builder = request.graph.users.by_user_id(subject).authentication.temporary_access_pass_methods
            return await builder.post(body, request.configuration())

        try:
            made = await self._connection.once(_CREATE, post)
        except MissingError as error:
            raise ForbiddenError(str(error)) from error
        if made is None or not made.temporary_access_pass or not made.id:
            raise GraphUnknownOutcomeError(f"Graph {_CREATE}: an answer without a code")
        return NewPass(id=made.id, expires_at=_starts_at(made) + _life(made), code=made.temporary_access_pass)

    async def delete(self, subject: str, pass_id: str) -> None:
        """Delete a pass by its id; one that is gone is no error."""

        async def send(request: Any) -> None:  # noqa: ANN401 - SDK types
            passes = request.graph.users.by_user_id(subject).authentication.temporary_access_pass_methods
            found = passes.by_temporary_access_pass_authentication_method_id(pass_id)
            await found.delete(request.configuration())

        try:
            await self._connection.repeatable("DELETE temporaryAccessPassMethods", send)
        except MissingError:
            return


def _live(found: Any) -> LivePass:  # noqa: ANN401 - SDK model
    starts_at = _starts_at(found)
    return LivePass(
        id=found.id, usable=bool(found.is_usable), starts_at=starts_at, expires_at=starts_at + _life(found)
    )


def _starts_at(found: Any) -> datetime:  # noqa: ANN401 - SDK model
    at: datetime | None = found.start_date_time or found.created_date_time
    if at is None:
        raise GraphUnknownOutcomeError("Graph: a pass without a start")
    return at


def _life(found: Any) -> timedelta:  # noqa: ANN401 - SDK model
    return timedelta(minutes=found.lifetime_in_minutes or 0)

"""Sign-in sessions in Microsoft Graph."""

from typing import Any

from shared.adapters.graph_client import GraphConnection


class GraphSignInSessions:
    """Implements the port ``SignInSessions``. Needs the app role ``User.RevokeSessions.All``."""

    def __init__(self, connection: GraphConnection) -> None:
        self._connection = connection

    async def revoke(self, subject: str) -> None:
        """End all sessions; takes effect within minutes, so it comes before a pass is made, never after.

        Any 2xx counts: Graph is known to answer 200 with a body or 204.

        Raises:
            MissingError: there is no such account.
            ForbiddenError: a permission is missing.
        """

        async def send(request: Any) -> None:  # noqa: ANN401 - SDK types
            await request.graph.users.by_user_id(subject).revoke_sign_in_sessions.post(
                request.configuration()
            )

        await self._connection.repeatable("POST revokeSignInSessions", send)

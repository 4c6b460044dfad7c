"""Harmless calls to Microsoft Graph that show which app roles the identity of this process lacks.

They are the service's own calls, made about an account that nobody has: Graph looks at the caller's app roles first and says 403
(https://learn.microsoft.com/graph/errors), otherwise it says 404 or shows an empty list, and nothing is read or changed.
That Graph asks in this order for each of them was seen at the local cloud only.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Final

from shared.adapters.graph_client import GraphConnection
from shared.adapters.graph_directory import GraphDirectory
from shared.adapters.graph_errors import GraphRefusedError
from shared.adapters.graph_methods import GraphMethods
from shared.adapters.graph_passes import GraphPasses
from shared.adapters.graph_sessions import GraphSignInSessions
from shared.domain.accounts import Method, MethodKind
from shared.domain.health import GraphCall
from shared.ports import MissingError, PassPolicy, UnavailableError

NOBODY: Final = "6b1fca2d-7f5e-4c1b-9d0a-000000000000"
"""An object id that Entra has given to nobody: it draws all 122 bits of an id by chance."""
_REMOVALS: Final = {
    GraphCall.PHONES: MethodKind.PHONE,
    GraphCall.AUTHENTICATORS: MethodKind.MICROSOFT_AUTHENTICATOR,
    GraphCall.SOFTWARE_TOKENS: MethodKind.SOFTWARE_OATH,
    GraphCall.PASSKEYS: MethodKind.FIDO2,
    GraphCall.WINDOWS_HELLO: MethodKind.WINDOWS_HELLO,
    GraphCall.PLATFORM_CREDENTIALS: MethodKind.PLATFORM_CREDENTIAL,
}


class GraphCalls(GraphDirectory):
    """The port ``GraphProbe``; a directory, because it makes the very calls of one."""

    def __init__(self, connection: GraphConnection) -> None:
        super().__init__(connection)
        methods, passes = GraphMethods(connection, hash_key=b""), GraphPasses(connection)
        self._calls: dict[GraphCall, Callable[[], Awaitable[object]]] = {
            GraphCall.USERS: partial(self.find, NOBODY),
            GraphCall.ROLES: partial(self._active_roles, [NOBODY]),
            GraphCall.ELIGIBLE_ROLES: partial(self._eligible_roles, [NOBODY]),
            GraphCall.PASS_POLICY: self._policy,
            GraphCall.METHODS: partial(methods.registered, NOBODY),
            GraphCall.PASSES: partial(passes.delete, NOBODY, NOBODY),
            GraphCall.SESSIONS: partial(GraphSignInSessions(connection).revoke, NOBODY),
        }
        for call, kind in _REMOVALS.items():
            self._calls[call] = partial(methods.remove, NOBODY, Method(kind, NOBODY))

    async def ask(self, call: GraphCall) -> None:
        """Make the call; that there is no such account is the good answer.

        Raises:
            ForbiddenError: Graph says 403: the app role is missing.
            UnavailableError: it says something else, or nothing.
        """
        try:
            await self._calls[call]()
        except MissingError:
            return
        except GraphRefusedError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                raise
            raise UnavailableError(str(error)) from error

    async def pass_policy(self) -> PassPolicy:
        """Read the policy.

        Raises:
            ForbiddenError: Graph says 403: the app role is missing.
            UnavailableError: it says something else, or nothing.
        """
        try:
            policy = await self._policy()
        except GraphRefusedError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                raise
            raise UnavailableError(str(error)) from error
        state = getattr(policy, "state", None)
        return PassPolicy(enabled=state is not None and state.value == "enabled")

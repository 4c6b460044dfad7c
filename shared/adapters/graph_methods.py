"""Authentication methods in Microsoft Graph."""

import hashlib
import hmac
from typing import Any, Final

from shared.adapters.graph_client import GraphConnection
from shared.adapters.graph_errors import GraphRefusedError
from shared.domain.accounts import Method, MethodKind
from shared.ports import MissingError

_PREFIX: Final = "#microsoft.graph."
_SUFFIX: Final = "AuthenticationMethod"
#: Kind -> (collection, its accessor in the SDK). Whatever is not here is never deleted: password, e-mail, a
#: pass (``GraphPasses`` does that), unknown kinds, and hardware OATH tokens, which v1.0 of Graph cannot
#: delete.
_REMOVABLE: Final = {
    MethodKind.PHONE: ("phone_methods", "by_phone_authentication_method_id"),
    MethodKind.MICROSOFT_AUTHENTICATOR: (
        "microsoft_authenticator_methods",
        "by_microsoft_authenticator_authentication_method_id",
    ),
    MethodKind.SOFTWARE_OATH: ("software_oath_methods", "by_software_oath_authentication_method_id"),
    MethodKind.FIDO2: ("fido2_methods", "by_fido2_authentication_method_id"),
    MethodKind.WINDOWS_HELLO: (
        "windows_hello_for_business_methods",
        "by_windows_hello_for_business_authentication_method_id",
    ),
    MethodKind.PLATFORM_CREDENTIAL: (
        "platform_credential_methods",
        "by_platform_credential_authentication_method_id",
    ),
}


class GraphMethods:
    """Implements the port ``Methods``.

    Needs the app role ``UserAuthenticationMethod.Read.All`` and one ``UserAuthMethod-….ReadWrite.All`` for
    each kind to be removed. ``hash_key`` keys the fingerprints of phone numbers, so they cannot be found by
    trying.
    """

    def __init__(self, connection: GraphConnection, *, hash_key: bytes) -> None:
        self._connection = connection
        self._hash_key = hash_key

    async def registered(self, subject: str) -> list[Method]:
        """All methods, a pass included; kinds this service does not know as ``UNKNOWN``.

        Raises:
            MissingError: there is no such account.
            ForbiddenError: a permission is missing.
        """
        found = await self._connection.every(
            "GET methods", lambda graph: graph.users.by_user_id(subject).authentication.methods
        )
        return [self._method(each) for each in found]

    async def remove(self, subject: str, method: Method) -> bool:
        """Delete one method; gone already counts as removed.

        False when Graph keeps it: the default method while others exist, a mobile phone under an alternate
        one, or a kind that this service leaves alone. Delete the others, then try again: the last one goes.

        Raises:
            ForbiddenError: a permission for this kind is missing.
        """
        names = _REMOVABLE.get(method.kind)
        if names is None:
            return False
        collection, accessor = names

        async def send(request: Any) -> None:  # noqa: ANN401 - SDK types
            methods = getattr(request.graph.users.by_user_id(subject).authentication, collection)
            await getattr(methods, accessor)(method.id).delete(request.configuration())

        try:
            await self._connection.repeatable(f"DELETE {method.kind.value}", send)
        except MissingError:
            return True
        except GraphRefusedError as error:
            if error.status == 400:  # noqa: PLR2004 - Graph: "cannot be deleted until the default … is changed"
                return False
            raise
        return True

    def _method(self, found: Any) -> Method:  # noqa: ANN401 - SDK model
        kind = _kind(found.odata_type or "")
        number = str(getattr(found, "phone_number", None) or "") if kind is MethodKind.PHONE else ""
        return Method(
            kind=kind,
            id=found.id,
            created_at=found.created_date_time,
            fingerprint=self._fingerprint(number),
            label=f"…{number[-2:]}" if number else "",
        )

    def _fingerprint(self, number: str) -> str:
        if not number:
            return ""
        # Graph writes "+81 9012345678"; spelling alone must not make a number look new.
        plain = "".join(number.split()).replace("-", "").lower()
        return hmac.new(self._hash_key, plain.encode(), hashlib.sha256).hexdigest()


def _kind(odata_type: str) -> MethodKind:
    word = odata_type.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    return MethodKind(word) if word in set(MethodKind) else MethodKind.UNKNOWN

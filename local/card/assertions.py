"""`private_key_jwt` at the token endpoint: who calls is proven by a signed assertion, used once (RFC 7523)."""

import time
from collections.abc import Callable, Mapping

from joserfc import jws, jwt
from joserfc.errors import JoseError

from local.card.clients import Client

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_LIFE = 24 * 60 * 60
"""Another client is known to use one day (identity-verification.md 3.3)."""
_LEEWAY = 60


class CardTokenRefusedError(Exception):
    """An answer of the token endpoint other than tokens (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.status = 401 if error == "invalid_client" else 400


class ClientAssertions:
    """Remembers the id of every assertion while it could be used again."""

    def __init__(self, clients: Mapping[str, Client], *, seconds: Callable[[], float] = time.time) -> None:
        self._clients = clients
        self._seconds = seconds
        self._seen: dict[tuple[str, str], float] = {}

    def client(self, form: Mapping[str, str], *, endpoint: str) -> Client:
        """The client that signed; `endpoint` is the address that was called. Raises CardTokenRefusedError."""
        if "client_secret" in form:
            raise CardTokenRefusedError("invalid_client", "a client secret is not accepted")
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
            raise CardTokenRefusedError("invalid_client", "a client assertion (jwt-bearer) is needed")
        client = self._clients.get(form.get("client_id", ""))
        if client is None:
            raise CardTokenRefusedError("invalid_client", "client_id is missing or unknown")
        self._check_claims(client, _signed(client, form["client_assertion"]), endpoint)
        return client

    def _check_claims(self, client: Client, claims: Mapping[str, object], endpoint: str) -> None:
        now = self._seconds()
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise CardTokenRefusedError("invalid_client", "iss and sub must be the client id")
        if claims.get("aud") != endpoint:
            raise CardTokenRefusedError("invalid_client", "aud must be the address of the token endpoint")
        expires = claims.get("exp")
        if not isinstance(expires, int) or not now < expires <= now + _LONGEST_LIFE + _LEEWAY:
            raise CardTokenRefusedError("invalid_client", "exp must lie ahead, by a day at most")
        issued = claims.get("iat", int(now))
        if not isinstance(issued, int) or issued > now + _LEEWAY:
            raise CardTokenRefusedError("invalid_client", "iat lies ahead")
        identity = claims.get("jti")
        if not isinstance(identity, str) or not identity:
            raise CardTokenRefusedError("invalid_client", "jti is missing")
        self._seen = {seen: until for seen, until in self._seen.items() if until > now}
        if (client.client_id, identity) in self._seen:
            raise CardTokenRefusedError("invalid_client", "this assertion was used before")
        self._seen[client.client_id, identity] = expires


def _signed(client: Client, assertion: str) -> Mapping[str, object]:
    try:
        header = jws.extract_compact(assertion.encode()).headers()
        key = client.key(header.get("kid"))
        if header.get("alg") != "ES256" or key is None:
            raise CardTokenRefusedError("invalid_client", "signed by no key that is registered for ES256")
        return jwt.decode(assertion, key, algorithms=["ES256"]).claims
    except (JoseError, ValueError, TypeError) as problem:
        raise CardTokenRefusedError("invalid_client", "the assertion's signature is wrong") from problem

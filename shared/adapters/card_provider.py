"""The relying party of the card's provider, with Authlib: authorization code flow, PKCE S256, ``private_key_jwt`` (ES256).

The provider is that of the Digital Authentication App, today part of the app that the settings name; none of its addresses is
here. What its documents leave open follows OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 7523 (client assertions) and RFC 9207
(``iss`` in the answer). Times are real time. Nothing that the provider or the browser sends is ever logged.
"""

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from shared.adapters.card_id_tokens import (
    ALGORITHM,
    LEEWAY,
    TIMEOUTS,
    CardIdTokens,
    CardKeys,
    CardProviderDownError,
    CardToken,
    CardTokenFault,
    WrongCardTokenError,
)
from shared.adapters.card_refusals import CardRefusal, CardRefusedError, meaning_of, meaning_of_token_error
from shared.domain.card import CardIdentity, nonce_of

if TYPE_CHECKING:
    import requests
    from joserfc.jwk import ECKey

ASSERTION_SECONDS: Final = 60
"""Life of a client assertion; each has an id of its own and is used once."""
_RANDOM_BYTES: Final = 32
_VERIFIER_BYTES: Final = 48
"""64 characters; RFC 7636 section 4.1 wants 43 to 128."""
_LONGEST_CODE: Final = 2_000


@dataclass(frozen=True, slots=True)
class CardClient:
    """Our client at the provider.

    Attributes:
        client_id: As the provider registered it.
        key: Our private key as a JWK (JSON), with the ``kid`` under which its public half is registered.
        redirect_uri: Our address to which the browser comes back, registered letter by letter.
        authorization_url: Where the browser goes.
        token_url: Where the code is redeemed, and the audience of our assertions.
        scopes: What is asked for.
        acr_values: Authentication context that is asked for; empty asks for none.
    """

    client_id: str
    key: str = field(repr=False)
    redirect_uri: str
    authorization_url: str
    token_url: str
    scopes: str
    acr_values: str


@dataclass(frozen=True, slots=True)
class CardVerified:
    """Somebody's card was verified.

    Attributes:
        verification: Id of the verification, to whose nonce the token is bound.
        token: Evidence for the worker; ``repr`` hides it.
        identity: The card as this service remembers it, and the printed name, for showing only.
        issued_at: When the token was made (UTC, real time).
        expires_at: When the token itself ends (UTC, real time).
        counts_until: Until when it counts here (UTC, real time), whatever its own life.
    """

    verification: str
    token: str = field(repr=False)
    identity: CardIdentity = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    counts_until: datetime


class CardProvider:
    """Starts and finishes verifications. Nothing is kept between the two but what the browser's cookie holds."""

    def __init__(
        self,
        client: CardClient,
        tokens: CardIdTokens,
        keys: CardKeys,
        session: "requests.Session",
        *,
        counts_for: timedelta,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Reach nothing yet.

        Args:
            client: Our client.
            tokens: Validates what the provider signs.
            keys: The provider's keys, which ``tokens`` uses too.
            session: What is used to reach the provider.
            counts_for: How long a verification counts, from when its token was made.
            clock: Real time in seconds since the epoch.

        Raises:
            ValueError: the key is no private key for ES256.
        """
        self._client = client
        self._tokens = tokens
        self._keys = keys
        self._session = session
        self._counts_for = counts_for
        self._clock = clock
        self._key = _private_key(client.key)

    async def start(self, verification: str) -> tuple[str, dict[str, str]]:
        """The address to which the browser goes, and what its cookie must hold until it comes back.

        Raises:
            CardRefusedError: the provider does not answer (``UNAVAILABLE``): better said here than by a browser's error page.
        """
        await asyncio.to_thread(self._look_whether_it_is_there)
        state, verifier = secrets.token_urlsafe(_RANDOM_BYTES), secrets.token_urlsafe(_VERIFIER_BYTES)
        asked = {"nonce": nonce_of(verification), "acr_values": self._client.acr_values or None}
        address, _ = self._oauth().create_authorization_url(
            self._client.authorization_url, state=state, code_verifier=verifier, **asked
        )
        return str(address), {"state": state, "code_verifier": verifier, "verification": verification}

    async def finish(self, flow: Mapping[str, Any], query: Mapping[str, str]) -> CardVerified:
        """Whose card it is, from the cookie's content and the query with which the browser came back.

        Raises:
            CardRefusedError: nobody's; its code says why.
        """
        state, verifier, verification = (
            _text(flow.get(name)) for name in ("state", "code_verifier", "verification")
        )
        returned = _text(query.get("state"))
        if not (state and verifier and verification):
            raise CardRefusedError(CardRefusal.EXPIRED_FLOW, "flow")
        if not hmac.compare_digest(returned.encode(), state.encode()):
            raise CardRefusedError(CardRefusal.EXPIRED_FLOW, "state")
        if "error" in query:
            raise CardRefusedError(meaning_of(query), "callback")
        if query.get("iss", self._tokens.issuer) != self._tokens.issuer:
            raise CardRefusedError(CardRefusal.WRONG_TOKEN, "callback issuer")
        code = _text(query.get("code"))
        if not 0 < len(code) <= _LONGEST_CODE or not (code.isascii() and code.isprintable()):
            raise CardRefusedError(CardRefusal.REFUSED, "code")
        token, found = await asyncio.to_thread(self._redeemed, code, verifier, nonce_of(verification))
        issued_at = datetime.fromtimestamp(found.issued_at, UTC)
        return CardVerified(
            verification=verification,
            token=token,
            identity=found.identity,
            issued_at=issued_at,
            expires_at=datetime.fromtimestamp(found.expires_at, UTC),
            counts_until=issued_at + self._counts_for,
        )

    def _look_whether_it_is_there(self) -> None:
        try:
            self._keys.look()
        except CardProviderDownError as error:
            raise CardRefusedError(CardRefusal.UNAVAILABLE, str(error)) from error

    def _redeemed(self, code: str, verifier: str, nonce: str) -> tuple[str, CardToken]:
        token = self._redeem(code, verifier)
        try:
            found = self._tokens.verify(token, nonce=nonce)
        except CardProviderDownError as error:
            raise CardRefusedError(CardRefusal.UNAVAILABLE, str(error)) from error
        except WrongCardTokenError as error:
            raise CardRefusedError(CardRefusal.WRONG_TOKEN, error.fault.value) from error
        now = self._clock()
        too_old = now - found.issued_at > self._counts_for.total_seconds()
        if found.issued_at > now + LEEWAY or found.expires_at <= now - LEEWAY or too_old:
            raise CardRefusedError(CardRefusal.WRONG_TOKEN, CardTokenFault.TIME.value)
        return token, found

    def _redeem(self, code: str, verifier: str) -> str:
        """The ID token for a code. A code is spent by this, whatever comes of it, so nothing is tried twice."""
        import requests
        from authlib.common.errors import AuthlibBaseError

        try:
            answer = self._oauth().fetch_token(
                self._client.token_url,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                client_id=self._client.client_id,
                timeout=TIMEOUTS,
                allow_redirects=False,
            )
        except AuthlibBaseError as error:
            raise CardRefusedError(meaning_of_token_error(str(error.error)), "token endpoint") from error
        except (requests.RequestException, ValueError, TypeError, AttributeError) as error:
            raise CardRefusedError(CardRefusal.UNAVAILABLE, "token endpoint") from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise CardRefusedError(CardRefusal.WRONG_TOKEN, "no ID token")
        return token

    def _oauth(self) -> Any:  # noqa: ANN401 - Authlib's session is typed for its own attributes only
        """Authlib's client for one request, over the connections of our session.

        It is made anew each time: an assertion method keeps the ``jti`` of its first assertion, and a session its tokens.
        """
        from authlib.integrations.requests_client import OAuth2Session
        from authlib.oauth2.rfc7523 import PrivateKeyJWT

        made_at = int(self._clock())
        assertion = PrivateKeyJWT(
            token_endpoint=self._client.token_url,
            claims={"iat": made_at, "exp": made_at + ASSERTION_SECONDS, "jti": secrets.token_urlsafe(24)},
            headers={"kid": self._key.kid},
            alg=ALGORITHM,
        )
        oauth = OAuth2Session(
            self._client.client_id,
            self._key,
            token_endpoint_auth_method=assertion,
            scope=self._client.scopes,
            redirect_uri=self._client.redirect_uri,
            code_challenge_method="S256",
        )
        oauth.adapters = self._session.adapters
        oauth.trust_env = self._session.trust_env
        return oauth


def _private_key(document: str) -> "ECKey":
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        key = ECKey.import_key(json.loads(document))
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError("the client key is no JWK of an elliptic curve") from error
    if key.curve_name != "P-256" or not key.is_private or not key.kid:
        raise ValueError("the client key must be a private P-256 key with a kid")
    return key


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

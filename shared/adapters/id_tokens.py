"""Validates ID tokens of one tenant with PyJWT: signature, issuer, audience, tenant, version, times, ``acrs``.

MSAL checks state and nonce and nothing else (toolbox.md). Rules:
https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference and
https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
Everything here blocks and is to be called in a thread. Times are real time, in seconds since the epoch.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import requests
    from jwt import PyJWK

_TIMEOUTS: Final = (5.0, 10.0)
LEEWAY: Final = 60
"""Seconds that two clocks may differ."""
_REFRESH_AT_MOST: Final = 60.0
_REFRESH_AT_LEAST: Final = 24 * 60 * 60.0
"""Entra rolls its keys without notice: look daily (learn.microsoft.com, signing-key-rollover)."""
_SMALLEST_KEY: Final = 2048
_LONGEST_TOKEN: Final = 16_000
_OK: Final = 200
_REQUIRED: Final = ["aud", "exp", "iat", "iss", "nbf", "oid", "tid", "ver"]


class IssuerUnavailableError(Exception):
    """The issuer's documents cannot be read now."""


class TokenFault(StrEnum):
    """Why a token is refused: words for a log, without any value of the token."""

    MALFORMED = "malformed"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    TENANT = "tenant"
    VERSION = "version"
    TIME = "time"
    NONCE = "nonce"
    AUTH_CONTEXT = "auth_context"


class WrongTokenError(Exception):
    """A token that must not be believed."""

    def __init__(self, fault: TokenFault) -> None:
        """Keep why."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class IdToken:
    """What a valid ID token says.

    Attributes:
        oid: Object id of the person: the only identity.
        tid: Tenant id.
        upn: ``preferred_username``: for showing only, it can be renamed.
        name: For showing only.
        roles: App roles of this application registration.
        nonce: What the sign-in sent.
        issued_at: Seconds since the epoch.
        expires_at: Seconds since the epoch.
        auth_time: When the person signed in, seconds since the epoch; None if the token does not say.
        raw: The token itself; ``repr`` hides it.
    """

    oid: str
    tid: str
    upn: str
    name: str
    roles: frozenset[str]
    nonce: str
    issued_at: int
    expires_at: int
    raw: str = field(repr=False)
    auth_time: int | None = None


class TimedSession:
    """A requests session with a time limit for every call, in the form in which MSAL takes an HTTP client."""

    def __init__(self, session: "requests.Session") -> None:
        self._session = session

    def get(self, url: str, **options: Any) -> "requests.Response":  # noqa: ANN401 - passed on to requests
        """GET, as requests does it."""
        return self._session.get(url, **{"timeout": _TIMEOUTS, **options})

    def post(self, url: str, **options: Any) -> "requests.Response":  # noqa: ANN401 - passed on to requests
        """POST, as requests does it."""
        return self._session.post(url, **{"timeout": _TIMEOUTS, **options})

    def close(self) -> None:
        """The session belongs to whoever made it."""


class Issuer:
    """The issuer's discovery document and keys, kept for a day; an unknown key is looked for at most once a minute."""

    def __init__(
        self, authority: str, session: "requests.Session", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read nothing yet.

        Args:
            authority: The issuer, such as ``https://login.microsoftonline.com/TENANT_ID/v2.0``.
            session: What is used to reach it.
            clock: Seconds, for the age of the keys.
        """
        self.authority = authority.rstrip("/")
        self.http = TimedSession(session)
        self._clock = clock
        self._lock = threading.Lock()
        self._document: dict[str, Any] = {}
        self._keys: dict[str, PyJWK] = {}
        self._read_at: float | None = None

    def endpoint(self, name: str) -> str:
        """An address of the discovery document.

        Raises:
            IssuerUnavailableError: the document cannot be read, or is another issuer's.
        """
        with self._lock:
            return self._endpoint(name)

    def key(self, kid: str) -> "PyJWK | None":
        """The key of that id, None if the issuer has none of it.

        Raises:
            IssuerUnavailableError: the keys were never read and cannot be read now.
        """
        with self._lock:
            age = self._clock() - self._read_at if self._read_at is not None else None
            unknown = kid not in self._keys and (age is None or age >= _REFRESH_AT_MOST)
            if unknown or age is None or age >= _REFRESH_AT_LEAST:
                try:
                    self._read_keys()
                except IssuerUnavailableError:
                    if kid not in self._keys:
                        raise
            return self._keys.get(kid)

    def _endpoint(self, name: str) -> str:
        if not self._document:
            document = self._read(f"{self.authority}/.well-known/openid-configuration")
            if document.get("issuer") != self.authority:
                raise IssuerUnavailableError("the discovery document names another issuer")
            self._document = document
        address = self._document.get(name)
        if not isinstance(address, str):
            raise IssuerUnavailableError("the discovery document lacks an address")
        return address

    def _read_keys(self) -> None:
        from jwt import PyJWK, PyJWTError

        found: dict[str, PyJWK] = {}
        for each in self._read(self._endpoint("jwks_uri")).get("keys", []):
            if each.get("kty") != "RSA" or each.get("use", "sig") != "sig" or not each.get("kid"):
                continue
            try:
                key = PyJWK(each, algorithm="RS256")
            except PyJWTError:
                continue
            if key.key.key_size >= _SMALLEST_KEY:
                found[str(each["kid"])] = key
        self._keys, self._read_at = found, self._clock()

    def _read(self, address: str) -> dict[str, Any]:
        import requests

        try:
            answer = self.http.get(address)
            document = answer.json() if answer.status_code == _OK else None
        except (requests.RequestException, ValueError) as error:
            raise IssuerUnavailableError("the issuer cannot be reached") from error
        if not isinstance(document, dict):
            raise IssuerUnavailableError("the issuer's answer is no document")
        return document


class IdTokens:
    """Validates the ID tokens made for one application registration."""

    def __init__(self, issuer: Issuer, *, tenant_id: str, client_id: str, auth_context: str = "") -> None:
        """Set what is expected.

        Args:
            issuer: Who must have signed.
            tenant_id: ``tid`` that every token must have.
            client_id: ``aud`` that every token must have.
            auth_context: Authentication context that ``acrs`` must hold, such as ``c1``; empty asks for none.
        """
        self._issuer = issuer
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._auth_context = auth_context

    def verify(self, token: str, *, at: float, nonce: str | None = None) -> IdToken:
        """What the token says, if it was valid at an instant and, where one is given, answers that nonce.

        Raises:
            WrongTokenError: it was not.
            IssuerUnavailableError: it cannot be said now.
        """
        claims = signed_claims(self._issuer, token, audience=self._client_id)
        check_tenant(claims, self._tenant_id, at=at)
        if self._auth_context and self._auth_context not in _texts(claims.get("acrs")):
            raise WrongTokenError(TokenFault.AUTH_CONTEXT)
        if nonce is not None and _text(claims, "nonce") != nonce:
            raise WrongTokenError(TokenFault.NONCE)
        return IdToken(
            oid=claims["oid"],
            tid=claims["tid"],
            upn=_text(claims, "preferred_username"),
            name=_text(claims, "name"),
            roles=_texts(claims.get("roles")),
            nonce=_text(claims, "nonce"),
            issued_at=int(claims["iat"]),
            expires_at=int(claims["exp"]),
            raw=token,
            auth_time=_seconds(claims, "auth_time"),
        )


def signed_claims(issuer: Issuer, token: str, *, audience: str) -> dict[str, Any]:
    """What a token says that this issuer signed (RS256) for this audience; its times and tenant are not judged yet.

    Raises:
        WrongTokenError: it did not.
        IssuerUnavailableError: the issuer's keys cannot be read.
    """
    import jwt

    if len(token) > _LONGEST_TOKEN:
        raise WrongTokenError(TokenFault.MALFORMED)
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError as error:
        raise WrongTokenError(TokenFault.MALFORMED) from error
    key = issuer.key(kid) if isinstance(kid, str) else None
    if key is None:
        raise WrongTokenError(TokenFault.SIGNATURE)
    # Times are judged by the caller's instant, not by now.
    options: Any = {
        "require": _REQUIRED,
        "strict_aud": True,
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
    }
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            issuer=issuer.authority,
            options=options,
        )
    except jwt.InvalidAudienceError as error:
        raise WrongTokenError(TokenFault.AUDIENCE) from error
    except jwt.InvalidIssuerError as error:
        raise WrongTokenError(TokenFault.ISSUER) from error
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise WrongTokenError(TokenFault.SIGNATURE) from error
    except jwt.PyJWTError as error:
        raise WrongTokenError(TokenFault.MALFORMED) from error
    return _well_formed(claims)


def check_tenant(claims: dict[str, Any], tenant_id: str, *, at: float, grace: float = 0.0) -> None:
    """Refuse a token of another tenant or version, or one that was not valid at an instant (or ``grace`` seconds before).

    Raises:
        WrongTokenError: it is one.
    """
    if claims["tid"] != tenant_id:
        raise WrongTokenError(TokenFault.TENANT)
    if claims["ver"] != "2.0":
        raise WrongTokenError(TokenFault.VERSION)
    start = max(claims["iat"], claims["nbf"]) - LEEWAY
    if not start <= at <= claims["exp"] + grace:
        raise WrongTokenError(TokenFault.TIME)


def _well_formed(claims: dict[str, Any]) -> dict[str, Any]:
    numbers = all(type(claims[name]) in {int, float} for name in ("exp", "iat", "nbf"))
    texts = all(isinstance(claims[name], str) and claims[name] for name in ("oid", "tid"))
    if not numbers or not texts:
        raise WrongTokenError(TokenFault.MALFORMED)
    return claims


def _seconds(claims: dict[str, Any], name: str) -> int | None:
    value = claims.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _texts(value: object) -> frozenset[str]:
    return (
        frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
    )

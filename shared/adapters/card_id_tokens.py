"""Validates ID tokens of the card's provider with joserfc: ES256 only, issuer, audience, nonce, ``acr``, times.

OpenID Connect Core 1.0 section 3.1.3.7; what the provider's own documents leave open follows it. The keys are those that the
provider publishes (RFC 7517); nothing in a token chooses a key's address or an algorithm. Everything here blocks and
is to be called in a thread. Times are real time, in seconds since the epoch.
"""

import hashlib
import hmac
import threading
import time
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from shared.domain.card import CardIdentity

if TYPE_CHECKING:
    import requests
    from joserfc.jwk import ECKey

LEEWAY: Final = 60
"""Seconds that two clocks may differ."""
TIMEOUTS: Final = (5.0, 10.0)
"""Seconds to connect, and between two pieces of an answer."""
ALGORITHM: Final = "ES256"
_CURVE: Final = "P-256"
_LONGEST_TOKEN: Final = 8_000
_LONGEST_SUBJECT: Final = 255
"""OpenID Connect Core 1.0 section 2."""
LONGEST_NAME: Final = 200
"""Characters of a name that are shown; the longest that residence records hold is far below."""
_REFRESH_AT_MOST: Final = 60.0
_REFRESH_AT_LEAST: Final = 24 * 60 * 60.0
_OK: Final = 200
_LAST_SECOND: Final = 2**35
"""About the year 3058: more would not fit into a date that can be added to."""


class CardProviderDownError(Exception):
    """The provider cannot be reached, or its answer is none."""


class CardTokenFault(StrEnum):
    """Why a token is refused: words for a log, without any value of the token."""

    MALFORMED = "malformed"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    TIME = "time"
    NONCE = "nonce"
    ACR = "acr"
    SUBJECT = "subject"


class WrongCardTokenError(Exception):
    """A token that must not be believed."""

    def __init__(self, fault: CardTokenFault) -> None:
        """Keep why."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class CardToken:
    """What a valid ID token says.

    Attributes:
        identity: The card as this service remembers it, and the printed name.
        issued_at: Seconds since the epoch.
        expires_at: Seconds since the epoch.
    """

    identity: CardIdentity = field(repr=False)
    issued_at: int
    expires_at: int


class CardKeys:
    """The provider's published keys, kept for a day; an unknown one is looked for at once, but once a minute."""

    def __init__(
        self, address: str, session: "requests.Session", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read nothing yet.

        Args:
            address: Where the provider publishes them.
            session: What is used to reach it.
            clock: Seconds, for the age of the keys.
        """
        self._address = address
        self._session = session
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, ECKey] = {}
        self._read_at: float | None = None
        self._sought_at: float | None = None

    def look(self) -> None:
        """Whether the provider answers now; what it said less than a minute ago still holds.

        Raises:
            CardProviderDownError: it does not.
        """
        with self._lock:
            if self._older(self._read_at, _REFRESH_AT_MOST):
                self._refresh()

    def key(self, kid: str) -> "ECKey | None":
        """The key of that id, None if the provider has none of it.

        Raises:
            CardProviderDownError: the key is unknown and the keys cannot be read now.
        """
        with self._lock:
            if kid not in self._keys and self._older(self._sought_at, _REFRESH_AT_MOST):
                self._refresh()
                self._sought_at = self._clock()
            elif self._older(self._read_at, _REFRESH_AT_LEAST):
                try:
                    self._refresh()
                except CardProviderDownError:
                    if kid not in self._keys:
                        raise
            return self._keys.get(kid)

    def _older(self, at: float | None, seconds: float) -> bool:
        return at is None or self._clock() - at >= seconds

    def _refresh(self) -> None:
        self._keys, self._read_at = self._read(), self._clock()

    def _read(self) -> "dict[str, ECKey]":
        import requests

        try:
            answer = self._session.get(self._address, timeout=TIMEOUTS, allow_redirects=False)
            document = answer.json() if answer.status_code == _OK else None
        except (requests.RequestException, ValueError) as error:
            raise CardProviderDownError("keys") from error
        listed = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(listed, list):
            raise CardProviderDownError("keys")
        found = (_signing_key(each) for each in listed if isinstance(each, dict))
        return {key.kid: key for key in found if key is not None and key.kid}


class CardIdTokens:
    """Validates the ID tokens made for our client."""

    def __init__(
        self, keys: CardKeys, *, issuer: str, client_id: str, accepted: Collection[str], hash_key: bytes
    ) -> None:
        """Set what is expected.

        Args:
            keys: The provider's keys.
            issuer: ``iss`` that every token must have, letter by letter.
            client_id: ``aud`` that every token must have, alone.
            accepted: Values of ``acr`` of which every token must have one.
            hash_key: Key of the hash under which a card is remembered; 32 bytes or more.
        """
        self.issuer = issuer
        self._keys = keys
        self._client_id = client_id
        self._accepted = frozenset(accepted)
        self._hash_key = hash_key

    def verify(self, token: str, *, nonce: str) -> CardToken:
        """What the token says, if it is ours and answers this nonce. Its times are the caller's to judge.

        Raises:
            WrongCardTokenError: it is not.
            CardProviderDownError: it cannot be said now.
        """
        claims = self._signed_claims(token)
        if claims.get("iss") != self.issuer:
            raise WrongCardTokenError(CardTokenFault.ISSUER)
        if claims.get("aud") not in (self._client_id, [self._client_id]):
            raise WrongCardTokenError(CardTokenFault.AUDIENCE)
        if claims.get("azp", self._client_id) != self._client_id:
            raise WrongCardTokenError(CardTokenFault.AUDIENCE)
        if not nonce or not _same(claims.get("nonce"), nonce):
            raise WrongCardTokenError(CardTokenFault.NONCE)
        if _text(claims.get("acr")) not in self._accepted:
            raise WrongCardTokenError(CardTokenFault.ACR)
        subject = _text(claims.get("sub"))
        if not subject or len(subject) > _LONGEST_SUBJECT:
            raise WrongCardTokenError(CardTokenFault.SUBJECT)
        issued_at, expires_at = _moment(claims.get("iat")), _moment(claims.get("exp"))
        if not 0 < issued_at < expires_at:
            raise WrongCardTokenError(CardTokenFault.TIME)
        identity = CardIdentity(self._hash(subject), shown_name(_text(claims.get("name"))))
        return CardToken(identity, issued_at, expires_at)

    def _hash(self, subject: str) -> str:
        said = f"{self.issuer}\n{subject}".encode()
        return hmac.new(self._hash_key, said, hashlib.sha256).hexdigest()

    def _signed_claims(self, token: str) -> dict[str, Any]:
        from joserfc import jws, jwt
        from joserfc.errors import JoseError

        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise WrongCardTokenError(CardTokenFault.MALFORMED)
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError, TypeError) as error:
            raise WrongCardTokenError(CardTokenFault.MALFORMED) from error
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise WrongCardTokenError(CardTokenFault.SIGNATURE)
        key = self._keys.key(kid)
        if key is None:
            raise WrongCardTokenError(CardTokenFault.SIGNATURE)
        try:
            claims: dict[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError) as error:
            raise WrongCardTokenError(CardTokenFault.SIGNATURE) from error
        return claims


def shown_name(name: str) -> str:
    """A name as it is shown: single spaces, no control or direction marks, bounded; rare characters and variants stay.

    The characters themselves are not folded: whoever writes their name with 﨑 or a variation selector finds it so.
    """
    kept = "".join(each for each in name if each.isspace() or unicodedata.category(each)[0] != "C")
    return " ".join(kept.split())[:LONGEST_NAME]


def _signing_key(document: dict[str, Any]) -> "ECKey | None":
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    fits = (
        document.get("kty") == "EC"
        and document.get("crv") == _CURVE
        and document.get("use", "sig") == "sig"
        and document.get("alg", ALGORITHM) == ALGORITHM
        and isinstance(document.get("kid"), str)
    )
    if not fits:
        return None
    public = {name: document.get(name) for name in ("kty", "crv", "x", "y", "kid")}
    try:
        return ECKey.import_key(public)  # type: ignore[arg-type]  # a value of the wrong type is refused by it
    except (JoseError, ValueError, TypeError):
        return None


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> int:
    """Whole seconds; 0 for what is no time of this age."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LAST_SECOND
    return int(value) if good else 0  # type: ignore[call-overload]  # a number by then

"""Signed links with itsdangerous: SHA-256, a list of keys of which the newest signs, one salt a purpose.

The expiry is inside the payload and is judged by the business clock, which is the caller's to do.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from shared.domain.errors import LinkMalformedError
from shared.domain.links import LinkClaims, Purpose

MIN_KEY = 32
"""Characters of a key; 32 random ones or more (NIST SP 800-107: an HMAC key as long as its hash)."""
_LONGEST_TOKEN = 1024
_FIELDS = 4
_DIGEST = 16


class SignedLinks:
    """The port ``Links``."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys, the oldest first: the last one signs, all of them open.

        Raises:
            ValueError: there is none, or one is too short.
        """
        checked_keys(keys)
        self._signers = {
            purpose: URLSafeSerializer(
                list(keys), salt=f"link-{purpose.value}", signer_kwargs={"digest_method": hashlib.sha256}
            )
            for purpose in Purpose
        }
        # The digest of an address must stay the same when a key is added: the oldest makes it.
        self._digest_key = hashlib.sha256(b"addressee:" + keys[0].encode()).digest()

    def sign(self, claims: LinkClaims) -> str:
        """A URL-safe token. Its expiry is kept to the second, rounded down."""
        payload = [claims.application, claims.addressee, claims.round, int(claims.expires_at.timestamp())]
        return self._signers[claims.purpose].dumps(payload)

    def read(self, purpose: Purpose, token: str) -> LinkClaims:
        """The claims of a token made for this purpose.

        Raises:
            LinkMalformedError: altered, for another purpose, or signed with an unknown key.
        """
        if len(token) > _LONGEST_TOKEN:
            raise LinkMalformedError(purpose.value)
        try:
            payload: Any = self._signers[purpose].loads(token)
        except (BadData, ValueError) as error:
            raise LinkMalformedError(purpose.value) from error
        if not isinstance(payload, list) or len(payload) != _FIELDS:
            raise LinkMalformedError(purpose.value)
        application, addressee, round_, expires_at = payload
        return LinkClaims(
            purpose=purpose,
            application=str(application),
            addressee=str(addressee),
            round=int(round_),
            expires_at=datetime.fromtimestamp(int(expires_at), UTC),
        )

    def addressee(self, address: str) -> str:
        """A short keyed digest of an address, the same in any letter case."""
        digest = hmac.new(self._digest_key, address.strip().casefold().encode(), hashlib.sha256)
        return digest.hexdigest()[:_DIGEST]


def checked_keys(keys: Sequence[str]) -> None:
    """Refuse keys that could be guessed.

    Raises:
        ValueError: there is none, or one is too short.
    """
    if not keys or any(len(key) < MIN_KEY for key in keys):
        message = f"signing keys: at least one, each of {MIN_KEY} characters or more"
        raise ValueError(message)

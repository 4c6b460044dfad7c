"""Signatures, seals and the judging of photos."""

from datetime import datetime
from typing import Protocol

from shared.domain.card import CardIdentity
from shared.domain.links import LinkClaims, Purpose
from shared.domain.photo import PhotoVerdict
from shared.domain.staff import StaffIdentity


class StaffTokens(Protocol):
    """Verifies ID tokens of the staff application."""

    async def verify(self, token: str, *, stamped_at: datetime) -> StaffIdentity | None:
        """Check signature, issuer, audience, tenant, ``acrs``, and that ``stamped_at`` lies in its life; None if not."""
        ...


class FormTokens(Protocol):
    """Verifies access tokens of the flow that sends form responses."""

    async def verify(self, token: str, *, stamped_at: datetime) -> bool:
        """Whether signature, issuer, audience, tenant and app role hold, and ``stamped_at`` lies in its life (and a minute)."""
        ...


class CardTokens(Protocol):
    """Verifies ID tokens of the card's provider."""

    async def verify(self, token: str, *, verification: str, stamped_at: datetime) -> CardIdentity | None:
        """Who the card says it is: signature, issuer, audience, ``acr`` and the nonce of this verification; None if not.

        ``stamped_at`` (UTC, real time) must not be later than the configured minutes after the token was made.
        """
        ...


class FreshSignIns(Protocol):
    """Verifies ID tokens of an account's own sign-in with MFA, made a moment ago."""

    async def verify(self, token: str, *, stamped_at: datetime) -> str:
        """Object id of who signed in with MFA at most ten minutes before ``stamped_at``; empty if not."""
        ...


class Sealer(Protocol):
    """Encrypts a pass to the browser that asked."""

    def accepts(self, public_key: str) -> bool:
        """Whether a base64 SubjectPublicKeyInfo is an RSA key of 2048 bits or more."""
        ...

    def seal(self, public_key: str, code: str) -> str:
        """Base64 of RSA-OAEP with SHA-256.

        Raises:
            ValueError: no usable RSA key of 2048 bits or more, or a code of over 48 characters.
        """
        ...


class PhotoLab(Protocol):
    """Judges and re-encodes photos."""

    async def judge(self, raw: bytes) -> PhotoVerdict:
        """Decide by content, decode within bounds, re-encode without metadata."""
        ...


class Links(Protocol):
    """Signed links."""

    def sign(self, claims: LinkClaims) -> str:
        """A URL-safe token."""
        ...

    def read(self, purpose: Purpose, token: str) -> LinkClaims:
        """The claims of a token made for this purpose (its expiry is the caller's to check).

        Raises:
            LinkMalformedError: altered, for another purpose, or signed with an unknown key.
        """
        ...

    def addressee(self, address: str) -> str:
        """A short keyed digest of an address."""
        ...

"""Sealing, staff tokens and the judging of photos without cryptography or pictures."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.domain.card import CardIdentity
from shared.domain.photo import AcceptedPhoto, PhotoDoubt, PhotoFault, PhotoVerdict, RefusedPhoto
from shared.domain.staff import StaffIdentity
from tests.fakes.hooks import Hooks, call

_LONGEST = 48


class PlainSealer:
    """The port ``Sealer``: ``sealed for KEY: CODE``."""

    def accepts(self, public_key: str) -> bool:
        """Any text but an empty one is a key here."""
        return bool(public_key)

    def seal(self, public_key: str, code: str) -> str:
        """The code, readable, with the key it was sealed for; ValueError as from the real one."""
        if not public_key or not code or len(code) > _LONGEST:
            raise ValueError("cannot be sealed")
        return f"sealed for {public_key}: {code}"


@dataclass
class PlainStaffTokens:
    """The port ``StaffTokens``: tokens are good that were made here."""

    hooks: Hooks = field(default_factory=Hooks)
    _made: dict[str, tuple[StaffIdentity, datetime, datetime]] = field(default_factory=dict)

    @property
    def port(self) -> str:
        """Name of the port."""
        return "staff_tokens"

    def make(self, oid: str, name: str, *roles: str, at: datetime | None = None) -> str:
        """A token good for an hour from ``at`` (real time; default: now)."""
        start = at or datetime.now(UTC)
        token = f"token-{len(self._made) + 1}-of-{oid}"
        identity = StaffIdentity(oid, name, frozenset(roles))
        self._made[token] = (identity, start - timedelta(seconds=60), start + timedelta(hours=1))
        return token

    def forget(self, token: str) -> None:
        """The issuer withdraws the key that signed this token."""
        del self._made[token]

    @call
    async def verify(self, token: str, *, stamped_at: datetime) -> StaffIdentity | None:
        identity, start, end = self._made.get(token, (None, stamped_at, stamped_at))
        return identity if start <= stamped_at <= end else None


@dataclass
class PlainFormTokens:
    """The port ``FormTokens``: tokens are good that were made here."""

    hooks: Hooks = field(default_factory=Hooks)
    _made: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    @property
    def port(self) -> str:
        """Name of the port."""
        return "form_tokens"

    def make(self, at: datetime | None = None) -> str:
        """A token of the flow, good for an hour from ``at`` (real time; default: now)."""
        start = at or datetime.now(UTC)
        token = f"token-{len(self._made) + 1}-of-the-flow"
        minute = timedelta(seconds=60)
        self._made[token] = (start - minute, start + timedelta(hours=1) + minute)
        return token

    @call
    async def verify(self, token: str, *, stamped_at: datetime) -> bool:
        life = self._made.get(token)
        return life is not None and life[0] <= stamped_at <= life[1]


@dataclass
class PlainCardTokens:
    """The port ``CardTokens``: tokens are good that were made here, for their verification, for ten minutes."""

    hooks: Hooks = field(default_factory=Hooks)
    _made: dict[str, tuple[CardIdentity, str, datetime]] = field(default_factory=dict)

    @property
    def port(self) -> str:
        """Name of the port."""
        return "card_tokens"

    def make(self, card: str, name: str = "", *, verification: str, at: datetime | None = None) -> str:
        """A token of the card ``card`` that answers ``verification``, made ``at`` (real time; default: now)."""
        token = f"card-token-{len(self._made) + 1}-of-{card}"
        self._made[token] = (CardIdentity(card, name), verification, at or datetime.now(UTC))
        return token

    @call
    async def verify(self, token: str, *, verification: str, stamped_at: datetime) -> CardIdentity | None:
        identity, made_for, at = self._made.get(token, (None, "", stamped_at))
        young = at - timedelta(seconds=60) <= stamped_at <= at + timedelta(minutes=10)
        return identity if verification and made_for == verification and young else None


@dataclass
class PlainFreshSignIns:
    """The port ``FreshSignIns``: tokens are good that were made here, for ten minutes."""

    hooks: Hooks = field(default_factory=Hooks)
    _made: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    @property
    def port(self) -> str:
        """Name of the port."""
        return "fresh_sign_ins"

    def make(self, oid: str, *, at: datetime | None = None) -> str:
        """A token of ``oid``, who signed in with MFA ``at`` (real time; default: now)."""
        token = f"sign-in-{len(self._made) + 1}-of-{oid}"
        self._made[token] = (oid, at or datetime.now(UTC))
        return token

    @call
    async def verify(self, token: str, *, stamped_at: datetime) -> str:
        oid, at = self._made.get(token, ("", stamped_at))
        return oid if at - timedelta(seconds=60) <= stamped_at <= at + timedelta(minutes=10) else ""


@dataclass
class PlainPhotoLab:
    """The port ``PhotoLab``: takes what begins with ``photo``; a doubt's name anywhere in it is seen on it."""

    hooks: Hooks = field(default_factory=Hooks)

    @property
    def port(self) -> str:
        """Name of the port."""
        return "photo_lab"

    @call
    async def judge(self, raw: bytes) -> PhotoVerdict:
        if not raw:
            return RefusedPhoto(PhotoFault.MISSING)
        if not raw.startswith(b"photo"):
            return RefusedPhoto(PhotoFault.WRONG_TYPE)
        doubts = tuple(each for each in PhotoDoubt if each.value.encode() in raw)
        return AcceptedPhoto(bytes(raw), doubts, sharpness=500.0, brightness=128.0)

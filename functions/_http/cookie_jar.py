"""Cookies of one request: those that came, and those that the answer sets."""

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from shared import bootstrap

type Kind = Literal["applicant", "staff", "flow", "pickup", "verify", "card", "linker"]

_LANGUAGE: Final = "reregister-lang"
_TRIED: Final = "reregister-tried"
_YEAR: Final = 31_536_000
_HOUR: Final = 3_600


class Jar:
    """Reads and collects cookies. The two plain ones hold a language and "a photo was tried": nothing that counts."""

    def __init__(self, header: str) -> None:
        """Parse a ``Cookie`` header leniently: what cannot be read is no cookie."""
        self._came: dict[str, str] = {}
        for pair in header.split(";"):
            name, found, value = pair.strip().partition("=")
            if found and name not in self._came:
                self._came[name] = value
        self.headers: list[str] = []

    def read(self, kind: Kind) -> dict[str, Any] | None:
        """What a signed cookie holds, if it is good."""
        return bootstrap.open_cookie(kind, self._came)

    def keep(self, kind: Kind, payload: Mapping[str, Any], *, ends_at: float | None = None) -> None:
        """Set a signed cookie."""
        self.headers.append(bootstrap.seal_cookie(kind, payload, ends_at=ends_at))

    def forget(self, kind: Kind) -> None:
        """Remove a signed cookie."""
        self.headers.append(bootstrap.remove_cookie(kind))

    @property
    def language(self) -> str:
        """The language that the switch left."""
        return self._came.get(_name(_LANGUAGE), "")

    def keep_language(self, language: str) -> None:
        """Let the switch stay."""
        self.headers.append(_plain(_LANGUAGE, language, _YEAR))

    @property
    def tried_a_photo(self) -> bool:
        """Whether a doubtful photo was sent from this browser a moment ago: the second try is taken as it is."""
        return self._came.get(_name(_TRIED)) == "1"

    def keep_tried(self) -> None:
        """Remember that a doubtful photo was sent."""
        self.headers.append(_plain(_TRIED, "1", _HOUR))


def _plain(name: str, value: str, seconds: int) -> str:
    secure = "; Secure" if bootstrap.base_url().startswith("https://") else ""
    return f"{_name(name)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _name(name: str) -> str:
    """The name as the session cookies have theirs: no other host of the university can set it, no other local port reads it."""
    address = urlsplit(bootstrap.base_url())
    if address.scheme == "https":
        return f"__Host-{name}"
    return f"{name}-{address.port}" if address.port else name

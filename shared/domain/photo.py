"""What is said about a photo of an ID card: verdicts are values, so that a page can explain each in its own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

MAX_PHOTO_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 12_000
MIN_SIDE: Final = 300


class PhotoFault(StrEnum):
    """Why a photo is refused; nothing of a refused photo is kept."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    HEIC = "heic"
    WRONG_TYPE = "wrong_type"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"


class PhotoDoubt(StrEnum):
    """Why a photo may be hard to judge; a second try is always accepted, flagged."""

    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"


@dataclass(frozen=True, slots=True)
class RefusedPhoto:
    """The bytes are not a photo that we take."""

    fault: PhotoFault


@dataclass(frozen=True, slots=True)
class AcceptedPhoto:
    """A photo re-encoded to JPEG without any metadata, and what was seen on it.

    Attributes:
        jpeg: The re-encoded bytes, the only form that is ever stored.
        doubts: What may make it hard to judge; empty for a good photo.
        sharpness: Variance of the Laplacian of the grey picture at a fixed size; larger is sharper.
        brightness: Mean grey level, 0 to 255.
    """

    jpeg: bytes
    doubts: tuple[PhotoDoubt, ...]
    sharpness: float
    brightness: float


type PhotoVerdict = AcceptedPhoto | RefusedPhoto


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo in the container, as an application refers to it.

    Attributes:
        name: Opaque blob name.
        doubts: Doubts the applicant chose to send it in spite of.
        upload: SHA-256 of the bytes as they were sent (hex), said by web: a hint that may be missing or wrong.
        erase_at: When it must be gone (UTC), known once the case is decided.
        erased_at: When it was erased (UTC).
    """

    name: str
    doubts: tuple[PhotoDoubt, ...] = ()
    erase_at: datetime | None = None
    erased_at: datetime | None = None
    upload: str = ""

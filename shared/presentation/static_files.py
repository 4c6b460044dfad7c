"""The few files a page loads besides itself: named one by one, so that no path can lead elsewhere."""

from functools import cache
from importlib.resources import files
from typing import Final

_TYPES: Final = {
    "style.css": "text/css; charset=utf-8",
    "pickup.js": "text/javascript; charset=utf-8",
    "wait.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@cache
def static_file(name: str) -> tuple[bytes, str] | None:
    """Content and content type of an allowed file, or None."""
    kind = _TYPES.get(name)
    if kind is None:
        return None
    return files("shared.presentation").joinpath("static", name).read_bytes(), kind

"""Where a sign-in may go on to: one of our own routes and nothing else."""

import re
from typing import Final
from urllib.parse import unquote

_OWN: Final = re.compile(
    r"/(?:apply|applications/[0-9a-f]{32}|pickup/[0-9a-f]{32}|review/[A-Za-z0-9_.-]+|staff(?:/[A-Za-z0-9_-]+)*"
    r"|office(?:/[0-9a-f]{32}(?:/slip)?)?"
    r"|verify(?:/link)?)?"
)
_LONGEST: Final = 1500


def own_path(path: str) -> str:
    """The path if it is one of ours, else the home page: no scheme, host, backslash, query or fragment gets through."""
    if not path or len(path) > _LONGEST or unquote(path) != path:
        return "/"
    return path if _OWN.fullmatch(path) else "/"

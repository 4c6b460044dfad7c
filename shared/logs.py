"""What may be written to the log: our own lines with identifiers, and of libraries only warnings.

The SDKs log every request with its address, and addresses hold object ids, link keys and names of rows.
"""

import logging
from pathlib import PurePath
from traceback import extract_tb
from typing import Final

_OURS: Final = ("shared", "functions")
_FRAMES: Final = 12
_TALKATIVE: Final = ("azure", "httpx", "httpcore", "msal", "urllib3", "PIL", "aiohttp.access")


def quiet_libraries() -> None:
    """Let libraries speak from WARNING up; called before the first client is made."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def also_to(handler: logging.Handler) -> None:
    """Hand the lines of our own loggers on to telemetry as well; never those of libraries."""
    for name in _OURS:
        logging.getLogger(name).addHandler(handler)


def frames(error: BaseException) -> str:
    """Where an error came from, as file and line, the innermost twelve: its text could hold what somebody typed."""
    found = extract_tb(error.__traceback__, limit=-_FRAMES)
    return " < ".join(f"{PurePath(each.filename).name}:{each.lineno}" for each in reversed(found))

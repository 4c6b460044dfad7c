r"""Verifies the HMAC-SHA256 signature that callers with an access key put on each request.

The string to sign is ``VERB\npath?query\ndate;host;hash of the body``
(https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aiohttp import web

_PREFIX: Final = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="
_TOLERANCE: Final = timedelta(minutes=15)


def is_signed(request: web.Request, body: bytes, *, key: str) -> bool:
    """Tell whether the request carries a good signature made within the last minutes (real time)."""
    given = request.headers.get("Authorization", "")
    date = request.headers.get("x-ms-date", "")
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    if (
        not given.startswith(_PREFIX)
        or request.headers.get("x-ms-content-sha256") != digest
        or not _recent(date)
    ):
        return False
    text = f"{request.method}\n{request.raw_path}\n{date};{request.host};{digest}"
    expected = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(expected).decode(), given.removeprefix(_PREFIX))


def _recent(date: str) -> bool:
    try:
        return abs(datetime.now(UTC) - parsedate_to_datetime(date)) <= _TOLERANCE
    except (TypeError, ValueError):
        return False

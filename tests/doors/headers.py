"""What every answer of ours carries, whoever asked for whatever: asked of each answer that the tests of this folder see."""

import re
from typing import Final
from urllib.parse import urlsplit

from shared import bootstrap
from tests.doors.house import Answer, House

_EXACT: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_CSP: Final = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["'none'"],
}
_TYPES: Final = frozenset(
    {
        "text/html; charset=utf-8",
        "application/json",
        "application/problem+json",
        "application/jsonl",
        "image/jpeg",
        "image/svg+xml",
        "text/css; charset=utf-8",
        "text/javascript; charset=utf-8",
    }
)
_PUBLIC: Final = frozenset({"static", "openapi"})
"""The only functions whose answers anybody may keep: the same for everybody."""
_KNOWN: Final = frozenset(
    {*_EXACT, "content-security-policy", "strict-transport-security", "cache-control", "content-type"}
)
_MORE: Final = frozenset(
    {"location", "retry-after", "www-authenticate", "clear-site-data", "content-disposition"}
)
"""Headers that some answers have. Nothing else is sent: no ``Server``, no ``X-Powered-By``, no permission for other sites."""
_ATTRIBUTES: Final = {"Path=/", "HttpOnly", "SameSite=Lax"}


def check_answer(house: House, answer: Answer) -> None:
    """Every header of an answer, and every attribute of its cookies."""
    if not answer.function:
        return  # the platform's own
    secure = house.base_url.startswith("https://")
    headers = answer.headers
    assert {name: headers.get(name) for name in _EXACT} == _EXACT, answer.function
    _check_policy(headers["content-security-policy"])
    assert headers.get("strict-transport-security") == (
        "max-age=63072000; includeSubDomains" if secure else None
    )
    public = answer.function in _PUBLIC and answer.status == 200 and not answer.cookies
    assert headers["cache-control"] == ("public, max-age=300" if public else "no-store"), answer.function
    assert headers["content-type"] in _TYPES, answer.function
    assert set(headers) <= _KNOWN | _MORE, answer.function
    for cookie in answer.cookies:
        _check_cookie(cookie, house.base_url)


def _check_policy(policy: str) -> None:
    parts = {name: sources for name, *sources in (each.split() for each in policy.split(";"))}
    page = urlsplit(bootstrap.sign_in_page())
    entra = f"{page.scheme}://{page.netloc}"
    assert parts == _CSP | {"form-action": ["'self'", entra]}
    assert "unsafe" not in policy
    assert "*" not in policy


def _check_cookie(cookie: str, base_url: str) -> None:
    pair, *attributes = cookie.split("; ")
    name, value = pair.split("=", 1)
    address = urlsplit(base_url)
    told = {each for each in attributes if not each.startswith("Max-Age=")}
    if address.scheme == "https":
        assert re.fullmatch(r"__Host-reregister-[a-z]+", name), name
        assert told == _ATTRIBUTES | {"Secure"}, cookie
    else:
        assert re.fullmatch(rf"reregister-[a-z]+-{address.port}", name), name
        assert told == _ATTRIBUTES, cookie
    assert re.fullmatch(r"[A-Za-z0-9_.-]*", value), "a value that needs no quoting anywhere"

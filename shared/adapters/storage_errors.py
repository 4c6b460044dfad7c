"""One place that turns what the Azure storage SDKs raise into the errors of our ports.

In a transaction the statuses 409, 412 and 404 all arrive as ``TableTransactionError``; single calls raise
classes of their own; both are HTTP errors with a status and a code, and these alone are looked at.
Codes: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from typing import TYPE_CHECKING

from shared.ports import (
    ConflictError,
    ForbiddenError,
    MissingError,
    PortError,
    StaleError,
    UnavailableError,
    UnknownOutcomeError,
)

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError, HttpResponseError

_EXISTS = frozenset(
    {"EntityAlreadyExists", "BlobAlreadyExists", "ContainerAlreadyExists", "QueueAlreadyExists"}
)
_NOT_SET_UP = frozenset({"TableNotFound", "QueueNotFound", "ContainerNotFound"})
_TOO_MANY_REQUESTS = 429
_UNAUTHORIZED = 401
_FORBIDDEN = 403
_TIMEOUT = 408
_SERVER = 500


class Effect(Enum):
    """What it means if no answer comes."""

    HARMLESS = "harmless"
    """A read, or a write that may be repeated without harm: it is simply not available now."""
    ONCE = "once"
    """A write that must be looked at before it is repeated."""


@asynccontextmanager
async def port_errors(what: str, effect: Effect = Effect.HARMLESS) -> AsyncIterator[None]:
    """Raise the port's error in place of the SDK's.

    Args:
        what: Short static words for the operator, never a key or a value.
        effect: Whether a repeat is harmless if no answer comes.
    """
    from azure.core.exceptions import AzureError

    try:
        yield
    except AzureError as error:
        raise port_error(error, what, effect) from error


def port_error(error: "AzureError", what: str, effect: Effect = Effect.HARMLESS) -> PortError:
    """The error of our own for an error of the SDK."""
    from azure.core.exceptions import HttpResponseError

    if isinstance(error, HttpResponseError) and error.status_code:
        return _of_answer(error, error.status_code, what, effect)
    if effect is Effect.HARMLESS or _was_never_sent(error):
        return UnavailableError(f"{what}: no connection")
    return UnknownOutcomeError(f"{what}: no answer")


def _of_answer(error: "HttpResponseError", status: int, what: str, effect: Effect) -> PortError:
    code = _code(error)
    words = f"{what}: {status} {code}".strip()
    if status >= _SERVER or status == _TIMEOUT:
        if effect is Effect.ONCE:
            return UnknownOutcomeError(words)
        return UnavailableError(words, _retry_after(error))
    known: dict[int, PortError] = {
        404: UnavailableError(words) if _is(code, _NOT_SET_UP) else MissingError(words),
        409: ConflictError(words) if not code or _is(code, _EXISTS) else UnavailableError(words),
        412: StaleError(words),
        _UNAUTHORIZED: UnavailableError(words),  # a role assignment takes minutes to reach everywhere
        _FORBIDDEN: UnavailableError(words),
        _TOO_MANY_REQUESTS: UnavailableError(words, _retry_after(error)),
    }
    return known.get(status, ForbiddenError(words))


def _code(error: "HttpResponseError") -> str:
    """The service's own code; the SDKs give it as an enum, as text, or not at all."""
    code = getattr(error, "error_code", None)
    return str(code.value if isinstance(code, Enum) else code or "")


def _is(code: str, names: frozenset[str]) -> bool:
    return code.casefold() in {name.casefold() for name in names}


def _retry_after(error: "HttpResponseError") -> float | None:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


def _was_never_sent(error: "AzureError") -> bool:
    """Whether the request surely did not leave: the SDK's class for it also covers connections lost later."""
    from aiohttp import ClientConnectorError
    from azure.core.exceptions import ClientAuthenticationError, ServiceRequestTimeoutError

    if isinstance(error, ServiceRequestTimeoutError | ClientAuthenticationError):
        return True  # no connection within the time, or no token for it
    return isinstance(getattr(error, "inner_exception", None), ClientConnectorError)

"""Turns what the Graph SDK raises into the errors of our ports."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from shared.ports import ForbiddenError, MissingError, PortError, UnavailableError, UnknownOutcomeError


class GraphRefusedError(ForbiddenError):
    """Graph refused for good. ``status`` and ``code`` are its own words; nothing else may be branched on.

    https://learn.microsoft.com/graph/errors
    """

    def __init__(self, text: str, *, status: int, code: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


class GraphUnknownOutcomeError(UnknownOutcomeError):
    """Graph answered 5xx or not at all. ``retry_after`` in seconds, if it said so."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


def translated(what: str, error: Exception) -> PortError:
    """Return our error for one of the SDK, of httpx or of the credential; ``what`` names the call.

    The text holds the status, Graph's code and its request id: no URL, no body, no name.
    """
    import httpx
    from azure.core.exceptions import AzureError
    from kiota_abstractions.api_error import APIError

    if isinstance(error, PortError):
        return error
    if isinstance(error, APIError) and error.response_status_code is not None:
        return _of_answer(what, error, int(error.response_status_code))
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | AzureError):
        return UnavailableError(f"Graph {what}: not reached ({type(error).__name__})")
    # The request may have arrived: no answer, half an answer, or one that cannot be read.
    return GraphUnknownOutcomeError(f"Graph {what}: no usable answer ({type(error).__name__})")


def _of_answer(what: str, error: Exception, status: int) -> PortError:
    inner = getattr(error, "error", None)
    code = str(getattr(inner, "code", None) or "")
    request = getattr(getattr(inner, "inner_error", None), "request_id", None)
    text = f"Graph {what}: {status} {code} (request {request or 'without id'})"
    wait = retry_after(getattr(error, "response_headers", None) or {})
    if status == HTTPStatus.NOT_FOUND:
        return MissingError(text)
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT, HTTPStatus.UNAUTHORIZED}:
        # 401: nothing was done; a token that ran out or is not known yet everywhere is no verdict.
        return UnavailableError(text, wait)
    if (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        and status != HTTPStatus.REQUEST_TIMEOUT
    ):
        return GraphRefusedError(text, status=status, code=code)
    return GraphUnknownOutcomeError(text, wait)


def answer_of(error: PortError) -> str:
    """Graph's answer as telemetry tells it: the status of a refusal, else its class; ``none`` if there was no answer."""
    status = getattr(error.__cause__, "response_status_code", None)
    if status is None:
        return "none"
    refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return str(int(status)) if refused else f"{int(status) // 100}xx"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait in seconds asked for by ``Retry-After`` (seconds or an HTTP date), or None."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    if given is None:
        return None
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None

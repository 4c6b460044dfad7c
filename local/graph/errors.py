"""The refusals of the local Graph, as values that its HTTP door turns into Graph's error envelope."""

from __future__ import annotations


class GraphError(Exception):
    """A refusal of Microsoft Graph.

    ``status`` is the HTTP status, ``code`` Graph's machine-readable word; callers branch on these two only
    (https://learn.microsoft.com/graph/errors). ``message`` is for people reading logs.
    """

    def __init__(self, message: str, *, status: int, code: str) -> None:
        """Keep the three parts of the answer."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


def bad_request(message: str) -> GraphError:
    """400: the request itself is wrong, repeating it cannot help."""
    return GraphError(message, status=400, code="badRequest")


def conflict(message: str) -> GraphError:
    """409: the state of the resource forbids it."""
    return GraphError(message, status=409, code="conflict")


def not_found(what: str) -> GraphError:
    """404: no such thing, or no longer."""
    return GraphError(
        f"Resource '{what}' does not exist or one of its queried references is not present.",
        status=404,
        code="itemNotFound",
    )


def forbidden() -> GraphError:
    """403: the token is good, the app role is missing."""
    return GraphError("Request Authorization failed", status=403, code="accessDenied")


def unauthenticated(message: str = "Access token is empty, invalid or expired.") -> GraphError:
    """401: no token that this service accepts."""
    return GraphError(message, status=401, code="InvalidAuthenticationToken")

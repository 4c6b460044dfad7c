"""Problem details (RFC 9457): how the JSON door refuses."""

import json

from aiohttp import web

_TITLES = {400: "Bad Request", 404: "Not Found", 409: "Conflict", 502: "Bad Gateway"}


class ProblemError(Exception):
    """A refusal with its HTTP status; the text says what to do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status

    def response(self) -> web.Response:
        """As `application/problem+json`."""
        body = {"title": _TITLES[self.status], "status": self.status, "detail": str(self)}
        return web.Response(
            text=json.dumps(body, ensure_ascii=False),
            status=self.status,
            content_type="application/problem+json",
        )


async def json_object(request: web.Request) -> dict[str, object]:
    """The request's JSON object. Raises ProblemError if it is none."""
    try:
        found = json.loads(await request.text())
    except (ValueError, UnicodeDecodeError) as problem:
        raise ProblemError(400, "The body must be JSON in UTF-8.") from problem
    if not isinstance(found, dict):
        raise ProblemError(400, "The body must be a JSON object.")
    return found

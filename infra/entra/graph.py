"""Speaks with Microsoft Graph, reading freely and writing only when it was told to apply.

One class, so that "a dry run writes nothing" has one place to hold: every change of the tenant goes through ``Graph.write``.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

type Json = dict[str, Any]

TO_COME = "(made by --apply)"
"""Stands in a dry run for an id that does not exist yet."""

_TIMEOUT = 60
_TRIES = 5
_LONGEST_PAUSE = 60
_NOT_KNOWN_YET = (
    "does not reference a valid application object",
    "Not a valid reference update",
    "one of its queried reference-property objects are not present",
)
"""How Graph words a 400 about something that was made a moment ago
(https://github.com/microsoftgraph/msgraph-bicep-types/issues/193, https://github.com/Azure/ARO-HCP/pull/6325)."""


class GraphRefusedError(Exception):
    """Graph refused. ``status`` and ``code`` are Graph's; the text names the call and never holds a token."""

    def __init__(self, method: str, path: str, status: int, code: str, message: str, request_id: str) -> None:
        """Keep what somebody needs who looks it up, or who asks Microsoft about the request."""
        super().__init__(f"{method} {path}: {status} {code}: {message} (request-id {request_id})")
        self.status = status
        self.code = code
        self.message = message


class Graph:
    """Microsoft Graph v1.0 for one person's token.

    ``base`` is the address with its version; ``token`` gives the bearer token of the person who runs this; ``apply`` allows
    writing; ``say`` takes each line of the report; ``wait`` is how pauses (seconds) are made.
    """

    def __init__(
        self,
        base: str,
        token: Callable[[], str],
        *,
        apply: bool,
        say: Callable[[str], None],
        wait: Callable[[float], None],
    ) -> None:
        self._base = base.rstrip("/")
        self._token = token
        self._say = say
        self._wait = wait
        self.apply = apply
        self.changes = 0
        self.notes = 0

    def note(self, line: str) -> None:
        """Say something that is no change and that somebody should read."""
        self.notes += 1
        self._say(f"  note     {line}")

    def same(self, what: str) -> None:
        """Say that something already is as it should be."""
        self._say(f"  same     {what}")

    def get(self, path: str) -> Json | None:
        """Read one object; None if there is none.

        Raises:
            GraphRefusedError: it cannot be read.
        """
        try:
            return self._call("GET", path)
        except GraphRefusedError as refused:
            if refused.status == 404:  # noqa: PLR2004 - HTTP
                return None
            raise

    def list(self, path: str) -> list[Json]:
        """Read a collection to its last page; what hangs on something that is still to come has nothing in it.

        Raises:
            GraphRefusedError: it cannot be read.
        """
        return [] if quote(TO_COME) in path or TO_COME in path else list(self._pages(path))

    def write(self, what: str, method: str, path: str, body: Json, *, upsert: bool = False) -> Json:
        """Change the tenant, or say in a dry run what would be changed and return nothing.

        ``upsert`` makes a PATCH create what is missing (``Prefer: create-if-missing``). A new object is not known to every
        server of Graph at once: 404, and a 400 that says so, are tried again for half a minute.

        Raises:
            GraphRefusedError: Graph refused; what was written before stays, and running it again goes on from there.
        """
        self.changes += 1
        if not self.apply:
            self._say(f"  would    {what}")
            return {}
        headers = {"Prefer": "create-if-missing"} if upsert else {}
        answer = self._call(method, path, body, headers)
        self._say(f"  done     {what}")
        return answer

    def _pages(self, path: str) -> Iterator[Json]:
        following: str | None = path
        while following:
            page = self._call("GET", following)
            yield from page.get("value", ())
            following = page.get("@odata.nextLink")
            if following and not following.startswith(f"{self._base}/"):
                raise GraphRefusedError("GET", path, 0, "nextLink", "leads to another host", "-")

    def _call(
        self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        for tried in range(1, _TRIES + 1):
            try:
                return self._send(method, path, body, headers or {})
            except GraphRefusedError as refused:
                if tried == _TRIES or not _passes_by(refused, method):
                    raise
                self._wait(min(2.0**tried, _LONGEST_PAUSE))
        raise AssertionError

    def _send(self, method: str, path: str, body: Json | None, headers: Mapping[str, str]) -> Json:
        url = path if path.startswith(f"{self._base}/") else f"{self._base}{path}"
        sent = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json", **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method, headers=sent)  # noqa: S310 - https, or a test's loopback
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - as above
                raw = answer.read()
        except urllib.error.HTTPError as error:
            raise _refusal(method, path, error) from None
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise GraphRefusedError(method, path, 0, "unreachable", str(error), "-") from None
        read = json.loads(raw) if raw else {}
        return read if isinstance(read, dict) else {}


def where(field: str, value: str) -> str:
    """An equality filter as a query parameter."""
    escaped = value.replace("'", "''")
    return "$filter=" + quote(f"{field} eq '{escaped}'")


def _passes_by(refused: GraphRefusedError, method: str) -> bool:
    """Whether the same call may succeed in a moment.

    Throttled: yes. Overloaded: not what adds something (POST), since it may have been done; running the whole again looks first.
    Missing, or a reference to what is missing: only what writes, on something made a moment ago that not every server of Graph
    knows yet; nothing was done then, so a POST may be sent again.
    """
    match refused.status:
        case 429:
            return True
        case 503 | 504:
            return method != "POST"
        case 404:
            return method != "GET"
        case 400:
            return method != "GET" and any(each in refused.message for each in _NOT_KNOWN_YET)
        case _:
            return False


def _refusal(method: str, path: str, error: urllib.error.HTTPError) -> GraphRefusedError:
    try:
        found = json.loads(error.read())["error"]
        code, message = str(found.get("code", "")), str(found.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        code, message = "", ""
    return GraphRefusedError(
        method, path, error.code, code, message, str(error.headers.get("request-id", "-"))
    )

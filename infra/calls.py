"""One HTTP call that follows no redirect: the token that is sent goes to the host that was meant, and to no other."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

LONGEST_WORDS = 300
"""So much of another's answer is shown, in characters."""


class NoAnswerError(Exception):
    """Nobody answered; the text says why, and never holds a token."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as the library passes them
        """None: the answer is the redirect itself, and no header goes anywhere else."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def call(
    method: str, url: str, *, headers: Mapping[str, str], data: bytes | None = None, seconds: float
) -> tuple[int, bytes]:
    """Status and body of the answer, whatever the status; ``seconds`` bounds each wait for the network.

    Raises:
        NoAnswerError: no connection, or no answer in time. What was sent may have been taken all the same.
    """
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers))  # noqa: S310 - addresses of ours
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except (OSError, http.client.HTTPException) as error:  # URLError, time-outs and broken connections
        reason = getattr(error, "reason", error)
        raise NoAnswerError(f"{type(reason).__name__}: {words(str(reason).encode())}") from None


def words(said: bytes) -> str:
    """The beginning of what another said, on one line: it may stand in a log that reads lines as commands."""
    text = " ".join(said.decode("utf-8", "replace").split())
    return "".join(each for each in text if each.isprintable())[:LONGEST_WORDS]

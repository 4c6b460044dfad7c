"""The app's host.json: the settings that this host honours, with the platform's defaults.

Source of names, defaults and limits: learn.microsoft.com/azure/azure-functions/functions-host-json and
functions-bindings-storage-queue.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.host.metadata import IndexingError

_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?")
_LARGEST_BATCH = 32


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How queues are listened to; times are real time."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_polling_interval: timedelta = timedelta(minutes=1)
    visibility_timeout: timedelta = timedelta()
    max_dequeue_count: int = 5
    base64: bool = True


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What host.json says. No `function_timeout` means unbounded."""

    host_id: str
    queues: QueueOptions = QueueOptions()
    route_prefix: str = "api"
    function_timeout: timedelta | None = timedelta(minutes=30)


def read_host_json(folder: Path, environment: Mapping[str, str]) -> HostOptions:
    """Read `host.json` of the app folder. Raises IndexingError when a value is impossible."""
    path = folder / "host.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise IndexingError(f"{path} is not valid JSON: {error}") from error
    extensions = document.get("extensions", {})
    return HostOptions(
        host_id=environment.get("AzureFunctionsWebHost__hostid") or document.get("id") or _id_of(folder),
        queues=_queues(extensions.get("queues", {})),
        route_prefix=str(extensions.get("http", {}).get("routePrefix", "api")).strip("/"),
        function_timeout=_timeout(document.get("functionTimeout")),
    )


def _queues(section: Mapping[str, Any]) -> QueueOptions:
    batch = int(section.get("batchSize", 16))
    if not 1 <= batch <= _LARGEST_BATCH:
        raise IndexingError(f"host.json: batchSize is {batch}; it must be 1 to {_LARGEST_BATCH}")
    encoding = str(section.get("messageEncoding", "base64")).lower()
    if encoding not in {"base64", "none"}:
        raise IndexingError(f"host.json: messageEncoding is {encoding!r}; it must be base64 or none")
    return QueueOptions(
        batch_size=batch,
        new_batch_threshold=int(section.get("newBatchThreshold", batch // 2)),
        max_polling_interval=_time_span(section.get("maxPollingInterval", "00:01:00")),
        visibility_timeout=_time_span(section.get("visibilityTimeout", "00:00:00")),
        max_dequeue_count=int(section.get("maxDequeueCount", 5)),
        base64=encoding == "base64",
    )


def _timeout(text: str | None) -> timedelta | None:
    if text is None:
        return timedelta(minutes=30)
    return None if text in {"-1", "-00:00:01"} else _time_span(text)


def _time_span(text: str) -> timedelta:
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise IndexingError(f"host.json: {text!r} is not a time span of the form [d.]hh:mm:ss")
    days, hours, minutes, seconds, fraction = match.groups(default="0")
    return timedelta(
        days=int(days),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int(fraction.ljust(7, "0")) // 10,
    )


def _id_of(folder: Path) -> str:
    # Hosts of one app folder share their timers' locks and times; those of another checkout do not.
    return "local-" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]

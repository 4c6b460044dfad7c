"""The host's log: one JSON object a line on standard error.

Never put in: bodies, query strings, paths (they carry link tokens), keys, message texts.
"""

import json
import logging
import sys
from datetime import UTC, datetime

import azure_functions_runtime as runtime


class JsonLines(logging.Formatter):
    """Time (UTC), level, logger, text, the fields given as `extra={"fields": {...}}`, and the invocation."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record as one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= fields
        if (invocation := runtime.invocation_id_cv.get()) is not None:
            line["invocation"] = invocation
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logging() -> None:
    """Log everything from INFO up; of the Azure SDKs and the HTTP server only what is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # `azure` covers the SDKs' request logs (full addresses) and the runtime's line for every call.
    for name in ("azure", "aiohttp", "asyncio", "msal", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)

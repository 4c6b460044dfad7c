"""What the functions of the sample app did, one JSON line each, for the tests to read."""

import json
import os
import time
from pathlib import Path


def note(event: str, **facts: object) -> None:
    """Write down one event with the real time."""
    with Path(os.environ["SAMPLE_JOURNAL"]).open("a", encoding="utf-8") as journal:
        journal.write(json.dumps({"event": event, "at": time.time(), **facts}) + "\n")

"""`make demo`: plays one recovery by itself, over HTTP, with time moved forward; ``CHANNEL`` says which way in.

Each way has a script of its own, ``local/demo_<channel>.py`` with ``play(app, local)``. It runs against the parts that run
already (`make run` in another terminal), or against a copy of its own on free ports.
"""

import importlib
import os
import sys

import requests

from local.playbill import running_parts
from local.visitor import NotSeenError

CHANNELS = ("website", "form", "office", "identity_verification")


def main() -> int:
    """Play; exit code 1 if a step did not come out as it should, 2 if there is no such way in."""
    channel = os.environ.get("CHANNEL") or CHANNELS[0]
    if channel not in CHANNELS:
        print(
            f"There is no way in called {channel}. CHANNEL is one of: {', '.join(CHANNELS)}.", file=sys.stderr
        )
        return 2
    script = importlib.import_module(f"local.demo_{channel}")
    try:
        with running_parts() as (app, local):
            script.play(app, local)
    except (NotSeenError, requests.RequestException) as error:
        print(f"\nThe demo stopped: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

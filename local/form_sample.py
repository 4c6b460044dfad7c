"""`make form-sample`: posts a recorded response of a Microsoft Form to what runs locally, as the flow would.

`S=name` picks another of `tests/samples/forms/`; the same one twice is a replay and is answered as the first time.
"""

import json
import os
import sys
from pathlib import Path
from typing import Final

import requests

from local.flow import Flow, recorded

SAMPLES: Final = Path(__file__).resolve().parents[1] / "tests" / "samples" / "forms"
_FIRST: Final = "new_phone"


def main() -> int:
    """Post it; exit code 1 if it was refused or nothing runs, 2 if there is no such sample."""
    name = os.environ.get("S") or _FIRST
    names = sorted(each.stem for each in SAMPLES.glob("*.json"))
    if name not in names:
        print(f"There is no sample called {name}. S is one of: {', '.join(names)}.", file=sys.stderr)
        return 2
    app = f"http://localhost:{os.environ.get('REREGISTER_PORT', '7071')}"
    local = f"http://localhost:{os.environ.get('REREGISTER_LOCAL_PORT', '7072')}"
    response = recorded(SAMPLES / f"{name}.json")
    print(f"POST {app}/api/webhooks/forms\n{json.dumps(response, ensure_ascii=False, indent=2)}\n")
    try:
        answer = Flow(app, local).post(response)
    except requests.RequestException as error:
        print(
            f"Nothing answers at {app} ({type(error).__name__}): start it with `make run`.", file=sys.stderr
        )
        return 1
    print(f"{answer.status_code} {answer.reason}")
    print(json.dumps(answer.json(), ensure_ascii=False, indent=2))
    return 0 if answer.ok else 1


if __name__ == "__main__":
    sys.exit(main())

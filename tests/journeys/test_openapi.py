"""The published description is true: schemathesis sends what it allows and what it does not, to the running service."""

import re
import subprocess
import sys
from pathlib import Path

import requests

from local.azurite import ROOT
from tests.journeys.programs import flow_of, user_token
from tests.journeys.town import Town

CONFIGURATION = """
generation.codec = "ascii"  # the platform itself refuses a path that is no UTF-8
phases.examples.enabled = false
phases.stateful.enabled = false

[checks]
# What fits the schema may still be a form or a photo that we do not take.
positive_data_acceptance.expected-statuses = ["2xx", "404", "413", "415", "422"]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "413", "415", "422"]
# The platform answers 404 for a method that a route does not name, not 405.
unsupported_method.enabled = false

[[operations]]
include-path = "/api/webhooks/forms"
headers.Authorization = "Bearer {flow}"

[[operations]]
include-path-regex = "^/api/applications"
headers.Authorization = "Bearer {user}"
"""


def test_the_service_does_what_its_description_says(town: Town, tmp_path: Path) -> None:
    """A token is sent along, so that the bodies are reached; that calls without one are refused is one of the checks."""
    tokens = {"flow": flow_of(town).token(), "user": user_token(town, town.newcomer(signed_in=False))}
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(**tokens), "utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration),
            "run", f"{town.stack.app}/openapi.json", "--max-examples", "8", "--seed", "1", "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    reached = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert reached is not None
    assert int(reached[1]) == int(reached[2]) > 150
    assert not [each for each in tokens.values() if each in done.stdout]
    reason_to_doubt = [line for line in done.stdout.splitlines() if "authentication" in line.lower()]
    assert not reason_to_doubt


def test_the_description_may_be_kept_for_a_while_and_names_this_service(town: Town) -> None:
    answer = requests.get(f"{town.stack.app}/openapi.json", timeout=30)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["servers"] == [{"url": town.stack.app}]
    head = requests.head(f"{town.stack.app}/openapi.json", timeout=30)
    assert (head.status_code, head.content) == (200, b"")
    assert (ROOT / "docs" / "api.md").exists()

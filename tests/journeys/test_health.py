"""A permission that is taken away is named: by code to strangers, with how to mend it to the operator."""

import json
import os
import subprocess
import sys
from typing import Any

import requests

from local.visitor import eventually
from tests.journeys.town import Town


def _ready(town: Town) -> requests.Response:
    return requests.get(f"{town.stack.app}/health/ready", timeout=30)


def _deployed(town: Town) -> tuple[int, dict[str, Any]]:
    """The operator's command on a machine of their own: it may read storage, and asks Graph nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "shared.bootstrap.doctor", "--deployed", "--json"],
        env={"PATH": os.environ["PATH"], "RecordsStorage": town.stack.settings.storage},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_a_permission_taken_away_is_named_by_readiness_and_the_doctor_until_it_is_back(town: Town) -> None:
    town.later(minutes=11)
    eventually(lambda: _ready(town).ok or None, "ready")
    town.faults(graph={"status": 403, "operation": "GET temporaryAccessPassPolicy"})
    town.later(minutes=11)
    refused = eventually(lambda: _not_ok(town), "not ready")
    assert refused == {
        "status": "not ready",
        "storage": True,
        "worker": True,
        "checks": ["graph_refused"],
        "packages": {"web": "source", "worker": "source"},
    }

    code, told = _deployed(town)
    assert code == 1
    named = {(each["code"], each["about"]) for each in told["findings"]}
    assert ("graph_refused", "Policy.Read.AuthenticationMethod") in named

    town.calm()
    town.later(minutes=11)
    eventually(lambda: _ready(town).ok or None, "ready again")


def test_the_doctor_finds_nothing_wrong_with_either_role_of_a_sound_town(town: Town) -> None:
    """It makes the checks itself, with each role's settings and identity; the town's garbage is no more than a warning."""
    town.later(minutes=11)
    settings = town.stack.settings
    ports = {
        "REREGISTER_PORT": settings.port,
        "REREGISTER_LOCAL_PORT": settings.local_port,
        "REREGISTER_AZURITE_PORT": settings.azurite_port,
    }
    done = subprocess.run(
        [sys.executable, "-m", "local.doctor", "--json"],
        env=os.environ | {name: str(port) for name, port in ports.items()},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["role"], each["well"]) for each in told] == [("web", True), ("worker", True)], done.stdout
    assert done.returncode == 0


def _not_ok(town: Town) -> dict[str, Any] | None:
    answer = _ready(town)
    return None if answer.ok else answer.json()

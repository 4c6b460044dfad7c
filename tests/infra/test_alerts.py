"""Every alert has its runbook, under the name that the mail shows."""

import logging
import re

import pytest

from shared.services.back_up import back_up
from tests.fitness.source import ROOT
from tests.unit.services.test_backups import Vault


def test_every_alert_stands_in_the_runbooks() -> None:
    template = (ROOT / "infra" / "alerts.bicep").read_text("utf-8")
    runbooks = (ROOT / "docs" / "operations.md").read_text("utf-8")
    alerts = {*re.findall(r"^    name: '([a-z0-9-]+)'$", template, re.MULTILINE), "5xx"}

    table = runbooks.split("| alert | page |")[1].split("\n\n")[0]
    rows = (line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))

    assert {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)} == alerts


async def test_what_the_alert_of_exports_waits_for_is_said_by_an_export(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The alert asks for a line of the log, letter by letter."""
    template = (ROOT / "infra" / "alerts.bicep").read_text("utf-8")
    (awaited,) = re.findall(r'AppTraces \| where Message == "([^"]+)"', template)
    caplog.set_level(logging.INFO)
    assert await back_up(Vault().ports)
    assert awaited in caplog.messages

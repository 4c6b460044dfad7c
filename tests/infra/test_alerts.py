"""Every alert has its runbook, under the name that the mail shows."""

import re

from tests.fitness.source import ROOT


def test_every_alert_stands_in_the_runbooks() -> None:
    template = (ROOT / "infra" / "alerts.bicep").read_text("utf-8")
    runbooks = (ROOT / "docs" / "operations.md").read_text("utf-8")
    alerts = {*re.findall(r"^    name: '([a-z0-9-]+)'$", template, re.MULTILINE), "5xx"}

    table = runbooks.split("| alert | page |")[1].split("\n\n")[0]
    rows = (line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))

    assert {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)} == alerts

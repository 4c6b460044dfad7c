"""What the operator's command prints, and how it ends."""

import json
import os
import re
from datetime import UTC, datetime

import pytest

from shared import bootstrap
from shared.bootstrap import doctor
from shared.bootstrap.doctor_words import MEANS, MEND
from shared.domain.health import WARNINGS, Finding, HealthCode, HealthReport
from tests.fitness.source import ROOT

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PAGE = (ROOT / "docs" / "doctor.md").read_text("utf-8")


def answers(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    """Let the checks find these."""

    async def here() -> tuple[str, HealthReport]:
        return "worker", HealthReport(AT, findings, package="0123456789ab")

    monkeypatch.setattr(doctor, "_here", here)


def test_every_code_has_words_and_a_row_in_the_document() -> None:
    rows = dict(re.findall(r"^\| `(\w+)`( \(warning\))? \|", PAGE, re.MULTILINE))

    assert set(MEANS) == set(MEND) == set(HealthCode)
    assert set(rows) == {each.value for each in HealthCode}
    assert {code for code, warning in rows.items() if warning} == {each.value for each in WARNINGS}


def test_who_has_an_old_key_is_sent_to_the_runbook_that_changes_it_in_steps() -> None:
    """A key that signs before both apps know it locks people out of their links: the runbook forbids it, so must we."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| `key_old`")]
    runbook = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert "\n## Changing a key\n" in runbook
    assert "operations.md#changing-a-key" in row
    assert "docs/operations.md, 'Changing a key'" in MEND[HealthCode.KEY_OLD]
    for words in (row, MEND[HealthCode.KEY_OLD]):
        assert "next:KEY" in words
        assert "never straight to the end" in words


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ((), 0),
        ((Finding(HealthCode.KEY_OLD, "LINK_KEYS"),), 0),
        ((Finding(HealthCode.KEY_OLD, "LINK_KEYS"), Finding(HealthCode.MAIL_REFUSED)), 1),
        ((Finding(HealthCode.SETTINGS_INCOMPLETE, "LINK_KEYS is not set"),), 2),
    ],
)
def test_the_exit_code_says_well_wrong_or_could_not_look(
    monkeypatch: pytest.MonkeyPatch, findings: tuple[Finding, ...], code: int
) -> None:
    answers(monkeypatch, *findings)
    assert doctor.main([]) == code


def test_the_text_says_what_is_wrong_what_it_means_and_how_to_mend_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(
        monkeypatch, Finding(HealthCode.GRAPH_REFUSED, "User.Read.All"), Finding(HealthCode.POISON_PARKED)
    )
    doctor.main([])
    told = capsys.readouterr().out
    assert told.startswith("worker, 2026-11-24T09:00:00+00:00, package 0123456789ab\n")
    assert "WRONG   graph_refused (User.Read.All)\n" in told
    assert f"{MEANS[HealthCode.GRAPH_REFUSED]}\n        -> {MEND[HealthCode.GRAPH_REFUSED]}" in told
    assert "warning poison_parked\n" in told
    assert told.endswith("1 wrong, 1 to look at in daylight\n")


def test_json_is_one_document_on_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, Finding(HealthCode.GRAPH_REFUSED, "User.Read.All"))
    assert doctor.main(["--json"]) == 1
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    told = json.loads(line)
    assert (told["role"], told["well"], told["at"]) == ("worker", False, AT.isoformat())
    assert told["package"] == "0123456789ab"
    assert told["findings"][0]["code"] == "graph_refused"
    assert told["findings"][0]["about"] == "User.Read.All"
    assert told["findings"][0]["grade"] == "wrong"


@pytest.mark.parametrize("arguments", [[], ["--deployed"]])
def test_without_settings_it_cannot_look_and_shows_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    for name in os.environ:
        if name.upper() not in {"PATH", "HOME"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("LINK_KEYS", "too-short-a-secret")
    bootstrap.settings.cache_clear()
    assert doctor.main(arguments) == 2
    told = capsys.readouterr().out
    assert ("BASE_URL: Field required" if not arguments else "RecordsStorage__tableServiceUri") in told
    assert "too-short-a-secret" not in told

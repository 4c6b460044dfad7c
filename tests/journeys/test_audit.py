"""The audit trail of a real recovery: kept, verified by page, command and export; who touches it in storage is found."""

import json
import os
import subprocess
import sys

import requests
from azure.data.tables import TableServiceClient

from local.visitor import eventually
from shared import names
from tests.journeys.stored import Stored
from tests.journeys.town import Town, problem, words


def _command(stored: Stored) -> subprocess.CompletedProcess[str]:
    """The auditor's command, as on a machine of their own."""
    settings = {"RecordsStorage": stored.connection, "PhotosStorage": stored.connection}
    return subprocess.run(
        [sys.executable, "-m", "shared.bootstrap.audit"],
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_recovery_is_on_record_and_a_hand_in_the_tables_is_found(town: Town) -> None:
    case, stored = town.completed(), Stored(town.stack.settings.storage)
    auditor = town.staff("auditor")
    path = f"/staff/audit/applications/{case.id}"

    def kept() -> bool:
        seen = auditor.get(path, json=True).json()
        return seen["broken"] is None and seen["kept_to"] == seen["events"] > 5

    eventually(kept, "every event kept")
    page = words(auditor.get(path).text)
    assert "Every link holds" in page or "すべてつながっています" in page
    assert case.person.upn not in page

    lines = auditor.post("/staff/audit/export", data={"part": "1"})
    assert lines.headers["Content-Disposition"] == 'attachment; filename="audit-1.jsonl"'
    mine = [each for each in map(json.loads, lines.text.splitlines()) if each["application"] == case.id]
    assert [each["number"] for each in mine] == list(range(1, len(mine) + 1))
    assert "pass_issued" in {each["kind"] for each in mine}

    with TableServiceClient.from_connection_string(stored.connection) as service:
        table = service.get_table_client(names.TABLE_APPLICATIONS)
        row = table.get_entity(case.id, "event:000003")
        table.upsert_entity(row | {"data": str(row["data"]).replace('"party":"', '"party":"x', 1)})
        try:
            assert auditor.get(path, json=True).json()["broken"] == {"number": 3, "what": "changed"}
            done = _command(stored)
            assert (done.returncode, done.stderr) == (1, "")
            assert f"BROKEN application {case.id} event 3: changed" in done.stdout
        finally:
            table.upsert_entity(row)
    assert auditor.get(path, json=True).json()["broken"] is None
    assert f"application {case.id}" not in _command(stored).stdout


def test_the_audit_trail_is_for_auditors_only(town: Town) -> None:
    case = town.in_review()
    for kind in ("reviewer", "operator", "clerk"):
        other = town.staff(kind)
        for path in ("/staff/audit", f"/staff/audit/applications/{case.id}"):
            problem(other.get(path, json=True), requests.codes.forbidden)
        problem(other.post("/staff/audit/export", data={"part": "1"}), requests.codes.forbidden)
    overview = town.staff("auditor").get("/staff/audit", json=True).json()
    assert overview["total"] >= len(overview["applications"]) > 0

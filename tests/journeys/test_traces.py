"""What a run leaves behind: no pass anywhere, no personal data, link or token in any log. Best run after all others."""

import json
import re
from typing import Any

from local.visitor import eventually
from shared.ports.telemetry import OTHER, Metric
from tests.journeys.stored import UNREADABLE, Stored
from tests.journeys.town import Town

LINKS = re.compile(r"/(?:review|not-me)/[A-Za-z0-9_-]{20,}|key=[A-Za-z0-9_-]{20,}")
TOKENS = re.compile(r"eyJ[A-Za-z0-9_-]{20,}\.")
HOME = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+")


def test_a_pass_is_in_no_table_queue_mail_or_log(town: Town) -> None:
    case = town.issued()
    again = town.completed()
    eventually(lambda: len(again.mails(again.address)) >= 4 or None, "all mails")
    assert {case.code, again.code} <= town.codes
    mails = [mail["subject"] + mail["text"] + mail["html"] for mail in town.cloud.call("GET", "/api/mailbox")]
    places = {
        "storage": "\n".join(Stored(town.stack.settings.storage).texts()),
        "mails": "\n".join(mails),
        "logs": town.stack.said(),
    }
    for place, text in places.items():
        assert text
        assert [code for code in town.codes if code in text] == [], place


def test_no_password_is_in_storage_or_in_a_mail(town: Town) -> None:
    passwords = {str(each.person["password"]) for each in town.applicants}
    mails = "\n".join(mail["text"] + mail["html"] for mail in town.cloud.call("GET", "/api/mailbox"))
    stored = "\n".join(Stored(town.stack.settings.storage).texts())

    assert not [each for each in passwords if each in mails or each in stored]


def test_logs_name_nobody_and_carry_no_link_and_no_token(town: Town) -> None:
    town.completed()
    lines = [line for line in town.stack.said().splitlines() if line.startswith(("[web]", "[worker]"))]
    assert len(lines) > 20
    said = "\n".join(lines)
    names = {
        str(each.person[part]) for each in town.applicants for part in ("upn", "name", "name_en", "password")
    }

    assert [each for each in names if each in said] == []
    assert [line for line in lines if LINKS.search(line)] == []
    assert [line for line in lines if TOKENS.search(line)] == []
    assert [line for line in lines if HOME.search(line)] == []


def test_telemetry_tells_a_case_as_one_trace_through_both_processes(town: Town) -> None:
    """It is among the lines above, and so searched for names, links and tokens too."""
    case = town.completed()

    def seen() -> list[dict[str, Any]] | None:
        found = [each for each in told(town) if "kind" in each and "context" in each]
        looks = [each for each in found if each["attributes"].get("application") == case.id]
        return found if any(each["attributes"].get("state") == "completed" for each in looks) else None

    spans = eventually(seen, "the last look", seconds=60)
    trace = next(
        each["context"]["trace_id"]
        for each in spans
        if each["attributes"].get("application") == case.id and each["attributes"].get("kind") == "submit"
    )
    of_case = [each for each in spans if each["context"]["trace_id"] == trace]
    doors = {each["attributes"]["door"] for each in of_case if each["name"] == "door"}

    assert {each["name"] for each in of_case} == {"door", "ask", "look", "graph", "mail"}
    assert len(doors) == 1
    assert {each["resource"]["attributes"]["service.name"] for each in of_case} == {
        "reregister-web",
        "reregister-worker",
    }


def test_telemetry_counts_in_both_processes(town: Town) -> None:
    def seen() -> set[str]:
        return {
            metric["name"]
            for each in told(town)
            for resource in each.get("resource_metrics", [])
            for scope in resource["scope_metrics"]
            for metric in scope["metrics"]
        }

    wanted = {Metric.ANSWERS, Metric.TRANSITIONS, Metric.GRAPH_ANSWERS, Metric.MAILS, Metric.INBOX_AGE}
    eventually(lambda: wanted <= seen() or None, "the metrics of both", seconds=75)
    misfits = {
        name
        for each in told(town)
        for name, value in re.findall(r'"(\w+)": "(\w+)"', json.dumps(each))
        if value == OTHER
    }
    assert misfits <= {"application"}, "a value did not fit its field; only garbage in a queue names no case"


def told(town: Town) -> list[dict[str, Any]]:
    """The lines of telemetry, of web and worker."""
    lines = re.findall(r"^\[(?:web|worker)\] (\{.*\})$", town.stack.said(), re.MULTILINE)
    found = [json.loads(each) for each in lines if '"service.name"' in each]
    assert found
    return found


def test_garbage_in_a_queue_reaches_the_operator_after_five_tries(town: Town) -> None:
    """It was there from the start; the platform gives it up, the poison handler keeps it."""
    stored = Stored(town.stack.settings.storage)

    def kept() -> set[object]:
        rows = stored.rows("applications")
        return {row["lane"] for row in rows if row["PartitionKey"] == "poison" and row["text"] == UNREADABLE}

    eventually(lambda: kept() == {"review", "issuance"} or None, "both kept", seconds=90)
    assert UNREADABLE in town.staff("operator").get("/staff/attention").text


def test_no_process_met_an_error_that_it_did_not_expect(town: Town) -> None:
    """Storage was taken away, garbage was put into queues and headers on purpose: anything else is a fault of ours."""
    on_purpose = (
        "UnavailableError",
        "FunctionFailedError: ValueError at tables_rows.py:",  # not a key that storage takes
        "local.host.queue_listener",
        "a check of the environment failed: graph_",  # Graph was slow, refused or away on purpose
        "X-Schemathesis-Probe-Null",
    )
    lines = [line for line in town.stack.said().splitlines() if '"level": "ERROR"' in line]

    assert [line[:3000] for line in lines if not any(each in line for each in on_purpose)] == []

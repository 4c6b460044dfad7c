"""What a run leaves behind: no pass anywhere, no personal data, link or token in any log. Best run after all others."""

import re

from local.visitor import eventually
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
        "not a key that storage takes",
        "local.host.queue_listener",
        "X-Schemathesis-Probe-Null",
    )
    lines = [line for line in town.stack.said().splitlines() if '"level": "ERROR"' in line]

    assert [line[:3000] for line in lines if not any(each in line for each in on_purpose)] == []

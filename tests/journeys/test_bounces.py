"""A mail that comes back: Event Grid's report reaches the worker, staff see it, and the next address on file is tried."""

import pytest

from local.visitor import eventually
from tests.journeys.town import Town

_A_MAIL_PUT_OFF = 90.0
"""Seconds: one that the mail service does not take now is tried again after a minute (``TRY_AGAIN``)."""


@pytest.mark.parametrize("form", ["base64", "plain"])
def test_a_link_that_comes_back_is_sent_to_the_next_address_and_opens_the_pickup(
    town: Town, form: str
) -> None:
    """However the report is written, and though it comes twice."""
    student = town.newcomer()
    outside, own = str(student.person["mail"][0]), student.upn
    town.faults(mail={"bounce": [outside], "reports": form, "report_copies": 2})

    case = town.approved(student)
    link = case.link(own, "/pickup/", seconds=_A_MAIL_PUT_OFF)

    assert case.mails(outside) == []
    page = town.staff("operator").get(f"/staff/applications/{case.id}").text
    assert "came back" in page or "届かずに戻った" in page
    assert outside not in page
    student.get(link).raise_for_status()
    assert case.collects()
    assert outside not in town.stack.said()


def test_a_link_that_comes_back_late_from_everywhere_brings_the_case_to_the_operator(town: Town) -> None:
    case = town.approved()
    sent = eventually(
        lambda: [each for each in case.mails(case.address) if "/pickup/" in each["text"]],
        "the link",
        seconds=_A_MAIL_PUT_OFF,
    )

    town.cloud.call("POST", f"/api/mailbox/{sent[-1]['id']}/report", {"status": "Suppressed"})
    again = eventually(
        lambda: [each for each in case.mails(case.person.upn) if "/pickup/" in each["text"]],
        "the second link",
        seconds=_A_MAIL_PUT_OFF,
    )
    assert case.true_state() == "approved"
    town.cloud.call("POST", f"/api/mailbox/{again[-1]['id']}/report", {"status": "Bounced"})

    case.waits("attention")
    assert "attention" in town.staff("operator").get("/staff/attention").text

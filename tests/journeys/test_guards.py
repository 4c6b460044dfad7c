"""Nobody gets a pass who should not: guarded kinds, forged decisions, no notice no pass."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local import configuration
from local.visitor import Visitor, eventually
from shared.domain.requests import RequestKind
from tests.journeys.stored import Stored
from tests.journeys.town import Case, Town

GUARDED = {
    "guest": "member",
    "nested_admin": "no_directory_role",
    "pim_eligible": "no_eligible_role",
    "out_of_policy": "in_pass_policy",
    "admin": "no_directory_role",
    "no_address": "address_on_file",
    "reviewer": "not_protected",
    "clerk": "not_protected",
    "operator": "not_protected",
    "auditor": "not_protected",
}


@pytest.mark.parametrize("kind", GUARDED)
def test_a_guarded_account_is_parked_and_only_staff_learn_why(town: Town, kind: str) -> None:
    person = town.newcomer(kind)
    case = town.applies(person)
    seen = case.waits("attention")
    failed = {each["guard"] for each in seen["guards"] if not each["passed"]}
    assert seen["attention"] == "guard"
    assert GUARDED[kind] in failed
    status = person.status(case.id)
    assert status["state"] == "in_review"
    assert "attention" not in str(status)
    assert not failed & set(case.page().split())
    operator = town.staff("operator")
    eventually(lambda: case.mails(operator.upn), "the operator is told")
    assert case.reference in operator.get("/staff/attention").text

    assert case.mails(town.staff("reviewer").upn) == []
    case.operator("run-again")
    case.waits_for("attention_needed", 2)
    assert case.person.ask_for_pass(case.id).status_code in {403, 409}
    assert town.graph(person)["passes"] == []


def id_token(town: Town, client: str, upn: str, *, staff: bool) -> str:
    """A real ID token of the local issuer, as one who signed in themself could hold it."""
    base = f"{town.stack.local}/{configuration.TENANT_ID}/oauth2/v2.0"
    wanted = {
        "client_id": client,
        "redirect_uri": f"{town.stack.app}/auth/callback",
        "response_type": "code",
        "scope": "openid profile",
        "state": "s",
        "nonce": "n",
        "as": upn,
    }
    if staff:
        wanted["claims"] = '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}'
    back = requests.get(f"{base}/authorize", params=wanted, allow_redirects=False, timeout=30)
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    answer = requests.post(
        f"{base}/token",
        data={
            "grant_type": "authorization_code",
            "client_id": client,
            "client_secret": configuration.local_secret(client),
            "redirect_uri": wanted["redirect_uri"],
            "code": code,
        },
        timeout=30,
    )
    return str(answer.json()["id_token"])


def forged_token(town: Town, case: Case, kind: str) -> str:
    """What a taken-over web process might put into a decision."""
    reviewer = town.staff("reviewer").upn
    staff, applicants = configuration.STAFF_CLIENT_ID, configuration.APPLICANT_CLIENT_ID
    match kind:
        case "no token":
            return ""
        case "garbage":
            return "e30.e30.e30"
        case "an applicant's":
            return id_token(town, applicants, case.person.upn, staff=False)
        case "a reviewer's for the other application":
            return id_token(town, applicants, reviewer, staff=False)
        case "a reviewer's without a second factor":
            return id_token(town, staff, reviewer, staff=False)
        case "a student's for the staff application":
            return id_token(town, staff, case.person.upn, staff=True)
        case "expired":
            town.faults(entra={"token_minutes": -30})
            return id_token(town, staff, reviewer, staff=True)
        case _:
            token = id_token(town, staff, reviewer, staff=True)
            return token[:-6] + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB")


@pytest.mark.parametrize(
    "kind",
    [
        "no token", "garbage", "an applicant's", "a reviewer's for the other application",
        "a reviewer's without a second factor", "a student's for the staff application", "expired", "altered",
    ],
)  # fmt: skip
def test_a_decision_row_without_a_valid_staff_token_opens_the_next_round_and_alarms(
    town: Town, kind: str
) -> None:
    case = town.in_review()
    case.review_link()
    forged = forged_token(town, case, kind)
    town.calm()
    body = {
        "decision": "approve", "reason_code": "", "message": "", "confirm_contact": "",
        "oid": town.staff().person["oid"], "name": town.staff().person["name"],
    }  # fmt: skip
    stored = Stored(town.stack.settings.storage)
    stored.forge(case.id, RequestKind.DECISION, 1, evidence=forged, body=body)
    stored.send("review", case.id)
    case.waits_for("decision_refused")

    seen = case.seen()
    assert (seen["state"], seen["round"]) == ("in_review", 2)
    eventually(lambda: case.mails(town.staff("operator").upn), "the operator is told")
    assert town.graph(case.person)["passes"] == []
    case.decide("approve", after=1)  # an honest reviewer goes on
    case.waits("approved")


def test_forged_operator_and_pickup_rows_move_nothing(town: Town) -> None:
    """A pickup row without an approval, and an operator's button without an operator."""
    stored = Stored(town.stack.settings.storage)
    case = town.in_review()
    body = {"public_key": "x", "session": "y"}
    stored.forge(case.id, RequestKind.PICKUP, 1, evidence="", body=body)
    stored.forge(case.id, RequestKind.STOP, 0, evidence="e30.e30.e30", body={})
    stored.forge(case.id, RequestKind.RUN_AGAIN, 0, evidence="", body={})
    stored.send("issuance", case.id)
    eventually(
        lambda: not [r for r in stored.rows("requests") if r["application"] == case.id] or None, "answers"
    )

    assert case.seen()["state"] == "in_review"
    assert town.graph(case.person)["passes"] == []


def test_without_an_accepted_notice_to_the_owner_there_is_no_pass(town: Town) -> None:
    """The mail service takes none for the addresses on file."""
    person = town.newcomer()
    town.faults(mail={"status": 400, "times": 2})
    case = town.in_review(person)
    town.calm()
    case.decide("approve")
    case.waits("approved", "attention")
    if case.seen()["state"] == "approved":
        case.opens_pickup()
        assert case.person.ask_for_pass(case.id).status_code in {202, 409}
        case.waits("attention", "approved")

    assert town.graph(person)["passes"] == []
    assert "pass_issued" not in case.events()


def test_two_windows_one_person(town: Town) -> None:
    """The second window of the same person may stop the case while the first holds the pass."""
    case = town.issued()
    second = Visitor(town.stack.app, case.person.person)
    second.sign_in("applicant").raise_for_status()
    assert second.post(f"/applications/{case.id}/withdraw", data={}).status_code == 202
    eventually(lambda: town.graph(case.person)["passes"] == [] or None, "the pass gone")

    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 410

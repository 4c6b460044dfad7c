"""The faculty's office: from the card in the clerk's hands to the pass on the person's own device, and what is refused."""

from typing import Any

import pytest
import requests

from local.clerk import ClerkVisitor
from local.visitor import Visitor, eventually
from tests.journeys.offices import Office
from tests.journeys.town import Case, problem, words

# --- the road -----------------------------------------------------------------------------------------


def test_from_the_card_at_the_counter_to_the_pass_on_the_person_s_own_device(office: Office) -> None:
    person = office.newcomer()
    digits = person.upn.partition("@")[0]
    wide = digits.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    case = office.engineering.opens(f"{wide[:5]}　{wide[5:]}")

    compared = office.engineering.waits(case, "compare")
    assert (compared["name"], compared["affiliation"]) == (person.person["name"], "工学部")
    assert office.mails(case, person.person["mail"][0]) == []

    office.engineering.confirm(case).raise_for_status()
    approved = office.engineering.waits(case, "approved")
    assert approved["slip_url"] == f"{office.town.stack.app}/office/{case}/slip"
    code = office.collects(person, case, office.engineering.slip(case))

    assert office.passes(person) == [code]
    assert office.engineering.waits(case, "issued")["state"] == "issued"
    office.town.registers(person)
    person.post(f"/applications/{case}/registered", data={}).raise_for_status()
    person.wait_state(case, "completed")
    assert office.engineering.counter(case)["step"] == "completed"


def test_a_held_application_is_superseded_and_the_pass_is_there_within_the_hour(office: Office) -> None:
    office.town.at("2026-11-20T19:30:00+09:00")
    person = office.town.newcomer()
    held = office.town.applies(person)
    held.waits("held")
    office.town.at("2026-11-20T19:45:00+09:00")

    case, slip = office.approved(person)
    code = office.collects(Visitor(office.town.stack.app, person.person), case, slip)

    assert office.town.cloud.now() < "2026-11-20T11:30"
    assert office.passes(person) == [code]
    assert held.true_state() == "cancelled"
    assert person.status(held.id)["state"] == "cancelled"


def test_a_stolen_password_does_not_undo_what_a_clerk_confirmed(office: Office) -> None:
    """Taking it back and reporting trouble want the slip, or the mailed link, in the same browser."""
    person = office.newcomer()
    case, slip = office.approved(person)
    thief = Visitor(office.town.stack.app, person.person)
    thief.sign_in().raise_for_status()
    told = problem(thief.post(f"/applications/{case}/withdraw", data={}), 403)
    assert (told["type"], told["link"]) == ("urn:reregister:problem:in_person_only", f"/pickup/{case}")

    office.collects(person, case, slip)
    office.engineering.waits(case, "issued")
    problem(thief.post(f"/applications/{case}/trouble", data={}), 403)
    assert person.post(f"/applications/{case}/trouble", data={}).status_code == 202
    assert person.post(f"/applications/{case}/withdraw", data={}).status_code == 202
    person.wait_state(case, "stopping", "cancelled")


def test_every_address_on_file_is_told_of_every_slip(office: Office) -> None:
    person = office.newcomer()
    case, _ = office.approved(person)
    office.engineering.prints_again(case)

    address = person.person["mail"][0]
    eventually(
        lambda: sum("slip" in each for each in office.mails(case, address)) == 2 or None, "two notices"
    )
    assert office.events(case).count("slip_printed") == 2


def test_an_address_that_was_confirmed_at_the_counter_gets_the_pickup_link(office: Office) -> None:
    person = office.newcomer()
    typed = f"typed-{person.upn.partition('@')[0]}@elsewhere.example"
    case = office.engineering.opens(person.upn)
    office.engineering.waits(case, "compare")
    office.engineering.confirm(case, contact_email=typed, contact_confirmed="on").raise_for_status()
    office.engineering.waits(case, "approved", "asked")
    assert office.engineering.counter(case)["step"] == "approved"

    link = office.town.cloud.wait_link(typed, rf"/pickup/{case}\?key=")
    assert office.collects(person, case, link)


def test_a_risk_flag_asks_a_reviewer_too_and_then_the_slip_works(office: Office) -> None:
    """The account was contested before: the clerk's word alone is not enough."""
    first = office.town.in_review()
    first.not_me()
    first.waits("cancelled")
    case = office.engineering.opens(first.person.upn)
    office.engineering.waits(case, "compare")
    office.engineering.confirm(case).raise_for_status()
    assert office.engineering.waits(case, "asked")["slip_url"] is None
    problem(office.engineering.get(f"/office/{case}/slip", json=True), 409)
    assert office.passes(first.person) == []

    reference = office.engineering.counter(case)["reference"]
    review = Case(office.town, first.person, case, reference, {})
    review.decide("approve")
    office.engineering.waits(case, "approved")
    slip = office.engineering.prints_again(case)
    assert office.collects(Visitor(office.town.stack.app, first.person.person), case, slip)


def test_a_refused_guard_parks_the_case_and_the_clerk_is_not_told_which(office: Office) -> None:
    case = office.letters.opens(office.town.cloud.people("disabled")[0]["upn"])
    office.letters.waits(case, "compare")
    office.letters.confirm(case).raise_for_status()

    assert office.letters.waits(case, "attention")["name"] is None
    page = words(office.letters.get(f"/office/{case}").text)
    assert "An operator is looking at it" in page
    assert "enabled" not in page


# --- who may act for whom -----------------------------------------------------------------------------


def refused(clerk: ClerkVisitor, account: str) -> dict[str, Any]:
    case = clerk.opens(account)
    seen = clerk.waits(case, "refused")
    assert (seen["name"], seen["affiliation"], seen["slip_url"]) == (None, None, None)
    problem(clerk.confirm(case), 409)
    return seen


def test_a_person_of_another_faculty_is_refused_and_nobody_is_told(office: Office) -> None:
    person = office.newcomer()
    seen = refused(office.letters, person.upn)
    assert seen["refusal"] == "not_in_scope"
    page = words(office.letters.get(f"/office/{seen['id']}").text)
    assert person.person["name"] not in page
    assert "Send the person to the office of their own faculty" in page
    assert office.mails(seen["id"], person.person["mail"][0]) == []


def test_an_unknown_account_is_refused_with_what_to_do(office: Office) -> None:
    seen = refused(office.engineering, "9999999999")
    assert seen["refusal"] == "unknown_account"
    assert "Check the ten digits" in words(office.engineering.get(f"/office/{seen['id']}").text)


def test_nobody_serves_themselves(office: Office) -> None:
    assert refused(office.engineering, office.engineering.upn)["refusal"] == "own_case"


def test_a_case_is_for_the_clerk_who_opened_it(office: Office) -> None:
    case = office.engineering.opens(office.newcomer().upn)
    office.engineering.waits(case, "compare")
    for answer in (
        office.letters.get(f"/office/{case}", json=True),
        office.letters.confirm(case),
        office.letters.post(f"/office/{case}/leave", data={}),
        office.letters.post(f"/office/{case}/slip", data={}),
        office.letters.get(f"/office/{case}/slip", json=True),
    ):
        problem(answer, 403)
    assert office.engineering.counter(case)["step"] == "compare"
    assert f"/office/{case}" in office.engineering.get("/office").text
    assert f"/office/{case}" not in office.letters.get("/office").text


def test_only_clerks_come_in_and_a_clerk_has_no_console(office: Office) -> None:
    reviewer, applicant = office.town.staff("reviewer"), office.town.newcomer()
    problem(reviewer.get("/office", json=True), 403)
    assert "office clerks" in words(reviewer.get("/office").text)
    problem(applicant.get("/office", json=True), 401)
    assert office.engineering.get("/staff").status_code == 403
    assert 'href="/office"' in office.engineering.get("/staff").text


def test_a_clerk_who_signs_in_without_a_page_in_mind_lands_at_the_counter(office: Office) -> None:
    clerk = ClerkVisitor(office.town.stack.app, office.letters.person)
    assert clerk.sign_in("staff").url == f"{office.town.stack.app}/office"


# --- what is typed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("123456789", "invalid"),
        ("見本 太郎", "invalid"),
        ("a@b", "invalid"),
    ],
)
def test_nonsense_is_refused_kindly_and_leaves_nothing(office: Office, typed: str, code: str) -> None:
    answer = office.engineering.look_up(typed)
    assert problem(answer, 400)["errors"] == {"account": code}
    page = office.engineering.post("/office", data={"account": typed}, headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert "ccount name" in words(page.text)


def test_the_same_form_sent_twice_is_one_look_up(office: Office) -> None:
    person, nonce = office.newcomer(), "0123456789abcdef" * 2
    first, second = (office.engineering.look_up(person.upn, form_id=nonce).json()["id"] for _ in range(2))
    assert first == second
    office.engineering.waits(first, "compare")
    office.engineering.post(f"/office/{first}/leave", data={}).raise_for_status()
    office.engineering.waits(first, "left")
    assert office.engineering.look_up(person.upn, form_id=nonce).json()["id"] != first


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"card": ""}, {"card": "missing"}),
        ({"card": "library_card"}, {"card": "invalid"}),
        ({"face": "", "valid": ""}, {"face": "missing", "valid": "missing"}),
        ({"reason": "", "language": "fr"}, {"reason": "missing", "language": "invalid"}),
        ({"contact_email": "a@b"}, {"contact_email": "invalid"}),
        ({"contact_email": "a@example.com"}, {"contact_confirmed": "missing"}),
    ],
)
def test_what_was_not_checked_is_not_confirmed(
    office: Office, fields: dict[str, str], errors: dict[str, str]
) -> None:
    case = office.engineering.opens(office.newcomer().upn)
    office.engineering.waits(case, "compare")
    assert problem(office.engineering.confirm(case, **fields), 400)["errors"] == errors
    assert office.engineering.counter(case)["step"] == "compare"


# --- pressed twice, too late, from elsewhere ----------------------------------------------------------


def test_a_double_click_confirms_once_and_other_content_is_told_that_it_stands(office: Office) -> None:
    case = office.engineering.opens(office.newcomer().upn)
    office.engineering.waits(case, "compare")
    for _ in range(2):
        assert office.engineering.confirm(case).status_code == requests.codes.accepted
    problem(office.engineering.confirm(case, reason="stolen"), 409)
    office.engineering.waits(case, "approved")
    assert office.engineering.confirm(case).status_code == requests.codes.accepted
    assert "other content" in problem(office.engineering.confirm(case, reason="stolen"), 409)["title"]
    assert office.events(case).count("vouched") == 1


def test_a_confirmation_after_leaving_or_after_the_time_is_too_late(office: Office) -> None:
    left = office.engineering.opens(office.newcomer().upn)
    office.engineering.waits(left, "compare")
    office.engineering.post(f"/office/{left}/leave", data={}).raise_for_status()
    office.engineering.waits(left, "left")
    problem(office.engineering.confirm(left), 409)

    forgotten = office.engineering.opens(office.newcomer().upn)
    office.engineering.waits(forgotten, "compare")
    office.town.later(minutes=61)
    office.engineering.waits(forgotten, "left")
    problem(office.engineering.confirm(forgotten), 409)


def test_a_form_from_another_site_does_nothing(office: Office) -> None:
    case = office.engineering.opens(office.newcomer().upn)
    office.engineering.waits(case, "compare")
    elsewhere = {"Origin": "https://evil.example"}
    for path in ("/office", f"/office/{case}/confirm", f"/office/{case}/leave", f"/office/{case}/slip"):
        problem(office.engineering.post(path, data={}, headers=elsewhere), 403)
    assert office.engineering.counter(case)["step"] == "compare"

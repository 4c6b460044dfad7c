"""The slip that an office prints: only the newest one, only for a day, only with the person's own password."""

import requests

from local.visitor import Visitor
from tests.journeys.offices import Office
from tests.journeys.town import problem, words


def test_only_the_newest_slip_works(office: Office) -> None:
    person = office.newcomer()
    case, older = office.approved(person)
    early = Visitor(office.town.stack.app, person.person)
    early.get(older, allow_redirects=False).raise_for_status()
    early.sign_in(next_path=f"/pickup/{case}").raise_for_status()
    newer = office.engineering.prints_again(case)

    page = person.get(older)
    assert page.status_code == requests.codes.gone
    assert "A newer slip was printed at the office" in words(page.text)
    for answer in (early.get(f"/pickup/{case}"), early.ask_for_pass(case)):
        assert answer.status_code == requests.codes.gone
    assert "newer slip" in words(early.get(f"/pickup/{case}").text)
    assert office.passes(person) == []
    assert office.collects(person, case, newer)


def test_a_slip_needs_the_person_s_own_password(office: Office) -> None:
    person, thief = office.newcomer(), office.town.newcomer()
    case, slip = office.approved(person)
    thief.get(slip, allow_redirects=False).raise_for_status()
    assert thief.get(f"/pickup/{case}").status_code == requests.codes.forbidden
    problem(thief.ask_for_pass(case), 403)
    alone = Visitor(office.town.stack.app, {})
    alone.get(slip, allow_redirects=False).raise_for_status()
    assert "/authorize" in alone.get(f"/pickup/{case}").url
    problem(alone.ask_for_pass(case), 401)
    assert office.passes(person) == []


def test_without_slip_and_link_the_password_alone_opens_nothing(office: Office) -> None:
    person = office.newcomer()
    case, _ = office.approved(person)
    person.sign_in(next_path=f"/pickup/{case}").raise_for_status()
    assert "slip at an office" in words(person.get(f"/pickup/{case}").text)
    problem(person.ask_for_pass(case), 403)


def test_a_slip_lives_a_day_and_can_be_printed_anew(office: Office) -> None:
    person = office.newcomer()
    case, slip = office.approved(person)
    held = Visitor(office.town.stack.app, person.person)
    held.get(slip, allow_redirects=False).raise_for_status()
    office.town.later(hours=24, minutes=1)

    page = person.get(slip)
    assert page.status_code == requests.codes.gone
    assert "The time of the slip has passed" in words(page.text)
    held.sign_in(next_path=f"/pickup/{case}").raise_for_status()
    problem(held.ask_for_pass(case), 403)
    problem(office.engineering.get(f"/office/{case}/slip", json=True), 409)
    assert "has run out" in words(office.engineering.get(f"/office/{case}").text)
    assert office.collects(person, case, office.engineering.prints_again(case))


def test_an_altered_slip_opens_nothing(office: Office) -> None:
    person = office.newcomer()
    case, slip = office.approved(person)
    other, _ = office.approved(office.newcomer())
    assert person.get(slip[:-2], allow_redirects=False).status_code == requests.codes.not_found
    assert (
        person.get(slip.replace(case, other), allow_redirects=False).status_code == requests.codes.not_found
    )


def test_that_the_person_s_data_were_looked_at_stands_in_the_records(office: Office) -> None:
    case, _ = office.approved(office.newcomer())
    page = words(office.town.staff("operator").get(f"/staff/applications/{case}").text)
    clerk = office.engineering.person["oid"]
    assert f"{clerk}: directory" in page or "窓口 直子: directory" in page
    assert f"{clerk}: slip" in page or "窓口 直子: slip" in page

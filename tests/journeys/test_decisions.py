"""What a reviewer can decide, who may decide, and what the applicant reads of it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import requests

from local.visitor import eventually
from tests.journeys.stored import Stored
from tests.journeys.town import Town, problem, words


def test_a_rejection_is_told_with_its_reason_and_ends_the_case(town: Town) -> None:
    case = town.in_review()
    case.decide("reject", reason_code="name_mismatch", message="Please bring the card to the office.")
    case.waits("rejected")

    assert "Please bring the card to the office." in case.page()
    mail = eventually(lambda: [m for m in case.mails(case.address) if "office" in m["text"]], "the mail")[-1]
    assert "Please bring the card to the office." in mail["text"]
    assert town.graph(case.person)["passes"] == []
    town.in_review(case.person)  # a new application is possible at once


def test_a_rejection_without_a_reason_is_not_taken(town: Town) -> None:
    case = town.in_review()
    link = case.review_link()
    answer = town.staff().post(link, data={"decision": "reject"})

    assert problem(answer, 400)["errors"] == {"reason_code": "missing"}
    page = town.staff().http.post(
        link, data={"decision": "reject", "message": "half written"}, headers={"Origin": town.stack.app}
    )
    assert page.status_code == 400
    assert "half written" in page.text
    assert case.seen()["state"] == "in_review"


def test_a_better_photo_brings_a_returned_case_back_to_review(town: Town) -> None:
    case = town.in_review()
    first = case.review_link()
    case.decide("return", reason_code="photo_unreadable", message="Too dark.")
    case.waits("returned")
    status = case.person.status(case.id)
    assert (status["state"], status["next_actor"]) == ("returned", "applicant")
    assert "Too dark." in case.page()

    sent = case.person.post(
        f"/applications/{case.id}/photo",
        files={"photo": ("better.jpg", town.card(case.person), "image/jpeg")},
    )
    assert sent.status_code == 202
    case.waits("in_review")
    assert (
        town.staff().post(first, data={"decision": "approve"}).status_code == 409
    )  # a link of the last round
    case.decide("approve", after=1)
    case.waits("approved")


def test_a_wrong_document_is_erased_at_once_and_the_case_returned(town: Town) -> None:
    stored = Stored(town.stack.settings.storage)
    before = stored.photos()
    case = town.in_review()
    assert len(stored.photos() - before) == 1
    link = case.review_link()
    case.decide("wrong_document", reason_code="not_an_id_card")
    case.waits("returned")
    case.waits_for("photo_erased")

    assert stored.photos() <= before
    assert town.staff().get(f"{link}/photo").status_code == 410


def test_of_two_reviewers_at_the_same_instant_one_wins_and_is_named(town: Town) -> None:
    case = town.in_review()
    links = [case.review_link(number) for number in range(2)]
    reviewers = [town.staff("reviewer", number) for number in range(2)]
    together = threading.Barrier(2)

    def decide(number: int) -> requests.Response:
        together.wait()
        choice = {"decision": ("approve", "reject")[number], "reason_code": ("", "other")[number]}
        return reviewers[number].post(links[number], data=choice)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(decide, range(2)))
    assert sorted(each.status_code for each in answers) == [202, 409]
    winner = next(number for number in range(2) if answers[number].status_code == 202)
    assert problem(answers[1 - winner], 409)["decided_by"] == reviewers[winner].person["name"]
    case.waits("approved" if winner == 0 else "rejected")
    page = reviewers[1 - winner].get(links[1 - winner])
    assert reviewers[winner].person["name"] in words(page.text)


def test_a_double_click_on_a_decision_is_no_conflict(town: Town) -> None:
    case = town.in_review()
    link = case.review_link()
    answers = [town.staff().post(link, data={"decision": "approve"}) for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    case.waits("approved")
    assert case.events().count("approved") == 1


def test_a_late_decision_names_who_was_first(town: Town) -> None:
    case = town.approved()
    answer = town.staff("reviewer", 1).post(case.review_link(1), data={"decision": "approve"})

    assert problem(answer, 409)["decided_by"] == town.staff("reviewer", 0).person["name"]


def test_who_looked_at_the_photo_is_shown_to_staff(town: Town) -> None:
    case = town.in_review()
    reviewer = town.staff("reviewer", 2)
    assert reviewer.get(f"{case.review_link(2)}/photo").ok
    accesses = [
        row for row in Stored(town.stack.settings.storage).rows("accesses") if case.id in str(row.values())
    ]

    photos = [row for row in accesses if row["what"] == "photo"]
    assert len(photos) == 1
    assert all(reviewer.person["oid"] in str(row.values()) for row in photos)


def test_a_typed_address_that_a_reviewer_confirmed_gets_the_link_after_a_security_delay(town: Town) -> None:
    typed = "typed@elsewhere.example.org"
    case = town.in_review(contact_email=typed)
    assert "contact_not_on_file" in case.seen()["flags"]
    case.decide("approve", confirm_contact="on")
    case.waits("cooling_off")
    status = case.person.status(case.id)
    assert (status["state"], status["next_actor"]) == ("cooling_off", "clock")
    assert "Security delay" in case.page()
    town.later(hours=23)
    assert case.seen()["state"] == "cooling_off"
    town.later(hours=2)
    case.waits("approved")

    assert f"/pickup/{case.id}?key=" in case.link(typed, f"/pickup/{case.id}")

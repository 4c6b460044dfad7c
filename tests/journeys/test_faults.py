"""Graph, mail and storage misbehave; the worker is down; messages become poison: nobody is lost, nobody gets two passes."""

import time

import pytest

from local.visitor import eventually
from tests.journeys.stored import Stored
from tests.journeys.town import Case, Town, words

CREATE = "POST temporaryAccessPassMethods"
SOON = 2


def finishes(case: Case) -> None:
    """From wherever it is, the case comes to its end; at no time are there two readable passes."""
    case.collects()
    passes = case.town.graph(case.person)["passes"]
    assert [each["value"] for each in passes] == [case.code]
    case.town.registers(case.person)
    case.says_registered()
    case.waits("completed")
    assert case.town.graph(case.person)["passes"] == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503, "times": 1},
        {"status": 429, "retry_after": 1, "times": 1},
        {"slow": 3.0, "times": 2},
        {"drop": "before", "times": 1},
    ],
    ids=["503", "429", "slow", "dropped"],
)
def test_graph_fails_during_the_prechecks_and_they_are_done_later(
    town: Town, fault: dict[str, object]
) -> None:
    town.faults(graph=fault)
    case = town.applies()
    eventually(lambda: not town.cloud.call("GET", "/api/faults") or None, "the fault used up")
    if case.true_state() in {"", "submitted"}:
        town.later(minutes=SOON)
    case.waits("in_review")

    assert case.events().count("review_opened") == 1


def test_graph_away_for_long_during_the_prechecks_is_told_to_the_operator(town: Town) -> None:
    town.faults(graph={"status": 503})
    case = town.applies()
    case.waits("submitted")
    assert case.person.status(case.id)["state"] == "submitted"
    town.later(minutes=61)
    town.later(minutes=SOON)
    operator = town.staff("operator").upn
    eventually(lambda: case.mails(operator) or None, "the operator's mail")
    assert case.true_state() == "submitted"  # it goes on trying by itself
    town.calm()
    town.later(minutes=SOON)
    case.waits("in_review")


def test_graph_forbids_and_the_operator_is_told(town: Town) -> None:
    town.faults(graph={"status": 403, "operation": "GET methods"})
    case = town.applies()
    assert case.waits("attention")["attention"] == "graph_refused"
    eventually(lambda: case.mails(town.staff("operator").upn), "the operator is told")
    town.calm()
    case.operator("run-again")
    case.waits("in_review")


def test_an_account_that_graph_does_not_know_gets_nothing(town: Town) -> None:
    town.faults(graph={"status": 404, "operation": "GET user"})
    case = town.applies()
    failed = {each["guard"] for each in case.waits("attention")["guards"] if not each["passed"]}

    assert "account_exists" in failed


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503, "times": 1},
        {"status": 429, "retry_after": 1, "times": 1},
        {"drop": "before", "times": 1},
        {"drop": "after", "times": 1},
        {"status": 503, "done": True, "times": 1},
        {"status": 500, "done": True, "times": 1},
        {"truncate": True, "times": 1},
    ],
    ids=["503", "429", "not sent", "answer lost", "done but 503", "done but 500", "answer cut"],
)
def test_graph_fails_while_the_pass_is_made_and_the_person_asks_again(
    town: Town, fault: dict[str, object]
) -> None:
    case = town.approved()
    case.opens_pickup()
    town.faults(graph={**fault, "operation": CREATE})
    case.asks()
    eventually(lambda: case.events().count("pass_requested") or None, "the request is seen")
    eventually(lambda: not town.cloud.call("GET", "/api/faults") or None, "the fault used up")
    if case.true_state() == "issuing":  # nobody can know before the deadline
        town.later(minutes=4)
    case.waits("approved")
    assert town.graph(case.person)["passes"] == []
    told = case.page()
    assert "pass" in told.lower()
    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 409
    town.calm()

    finishes(case)


def test_graph_is_slow_while_the_pass_is_made(town: Town) -> None:
    case = town.approved()
    case.opens_pickup()
    town.faults(graph={"slow": 4.0, "operation": CREATE, "times": 1})
    case.asks()
    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 202
    case.code = case.person.collect_pass(case.id)

    assert [each["value"] for each in town.graph(case.person)["passes"]] == [case.code]


def test_graph_forbids_the_pass_and_the_operator_is_told(town: Town) -> None:
    case = town.approved()
    case.opens_pickup()
    town.faults(graph={"status": 403, "operation": CREATE})
    case.asks()
    assert case.waits("attention")["attention"] == "graph_refused"
    town.calm()
    case.operator("run-again")
    case.waits("approved")
    finishes(case)


def test_somebody_else_s_pass_is_deleted(town: Town) -> None:
    """A pass that an administrator made meanwhile is found at the next look, and the person asks again."""
    case = town.issued()
    town.cloud.call("POST", f"/api/graph/users/{case.person.upn}/passes", {})
    case.says_registered()
    case.waits("approved")
    assert "pass_found_foreign" in case.events()
    assert town.graph(case.person)["passes"] == []
    finishes(case)


def test_the_mail_service_is_full_and_every_mail_comes_later(town: Town) -> None:
    town.faults(mail={"status": 429, "retry_after": 1, "times": 3})
    case = town.in_review()
    for _ in range(6):
        town.later(minutes=SOON)
    assert not town.cloud.call("GET", "/api/faults")  # each refusal ended one round of sending
    case.review_link()
    case.not_me_link()

    keys = [(mail["subject"], *mail["to"]) for mail in case.all_mails()]
    assert len(keys) == len(set(keys)) == 5


def test_storage_is_down_at_submission_and_nothing_is_half_stored(town: Town) -> None:
    person = town.newcomer()
    photo = town.card(person)
    town.faults(azurite={"stopped": True})
    answer = person.apply(photo)
    page = person.http.post(
        f"{town.stack.app}/apply",
        data={"reason": "lost", "language": "en"},
        files={"photo": ("card.jpg", photo, "image/jpeg")},
        headers={"Origin": town.stack.app},
        timeout=120,
    )
    assert (answer.status_code, page.status_code) == (503, 503)
    assert "Retry-After" in answer.headers
    assert "try again" in words(page.text).lower()
    assert town.staff().get("/health").ok
    town.calm()

    stored = Stored(town.stack.settings.storage)
    assert all(person.person["oid"] not in text for text in stored.texts())
    town.in_review(person)


def test_storage_goes_away_with_work_in_the_queue_and_the_work_is_done_when_it_is_back(town: Town) -> None:
    """The worker is in the middle of it."""
    town.faults(graph={"slow": 1.0})
    case = town.applies()
    eventually(lambda: case.true_state() or None, "the worker at it")
    town.faults(azurite={"stopped": True})
    time.sleep(2)
    town.calm()
    town.later(minutes=12)
    case.waits("in_review")

    assert case.events().count("submitted") == 1
    assert case.events().count("review_opened") == 1
    case.review_link()


def test_a_message_nobody_understands_is_kept_for_the_operator_who_may_retry_it(town: Town) -> None:
    stored = Stored(town.stack.settings.storage)
    stored.send("review-poison", "not-an-application")
    operator = town.staff("operator")
    key = eventually(lambda: poison_key(stored, "not-an-application"), "the message kept")
    assert "not-an-application" in operator.get("/staff/attention").text
    assert town.staff("reviewer").post(f"/staff/poison/{key}/retry", data={}).status_code == 403
    assert operator.post(f"/staff/poison/{key}/retry", data={}).status_code == 202
    town.later(minutes=SOON)

    eventually(lambda: not poison_key(stored, "not-an-application") or None, "it sent again")
    assert f"/staff/poison/{key}" not in operator.get("/staff/attention").text


def poison_key(stored: Stored, text: str) -> str:
    """Key of a message that the platform gave up on; empty if it is not kept."""
    rows = stored.rows("applications")
    found = [str(row["RowKey"]) for row in rows if row["PartitionKey"] == "poison" and row["text"] == text]
    return found[0] if found else ""


def test_a_case_whose_message_became_poison_is_parked_and_retried(town: Town) -> None:
    case = town.in_review()
    stored = Stored(town.stack.settings.storage)
    stored.send("review-poison", case.id)
    assert case.waits("attention")["attention"] == "poison"
    operator = town.staff("operator")
    eventually(lambda: case.mails(operator.upn), "the operator is told")
    key = poison_key(stored, case.id)
    assert operator.post(f"/staff/poison/{key}/retry", data={}).status_code == 202
    case.waits("in_review")
    case.decide("approve", after=1)
    case.waits("approved")


def test_graph_in_every_other_way_that_is_documented_changes_nothing(town: Town) -> None:
    odd: list[dict[str, object]] = [
        {"page_size": 1}, {"empty_first_page": True}, {"unknown_reason": True}, {"unknown_method": True},
        {"revoke_status": 204}, {"second_pass": "refuse"}, {"mask_phones": True},
        {"delete_pass_revokes_sessions": True},
    ]  # fmt: skip
    town.faults(graph=odd)
    case = town.issued()
    case.collects()
    assert [each["value"] for each in town.graph(case.person)["passes"]] == [case.code]
    town.registers(case.person)
    case.says_registered()
    case.waits_for("old_methods_removed")

    assert "phone" not in {each["kind"] for each in town.graph(case.person)["methods"]}


def test_graph_shows_what_is_new_late_and_nobody_is_lost(town: Town) -> None:
    town.faults(graph={"lag": 20})
    case = town.issued()
    town.registers(case.person)
    case.says_registered()
    case.waits_for("registration_reported")
    town.later(minutes=SOON)

    case.waits("completed")


def test_answers_of_graph_that_break_off_are_no_facts(town: Town) -> None:
    town.faults(graph={"truncate": True})
    case = town.applies()
    case.waits("submitted")
    town.later(minutes=SOON)
    assert case.true_state() == "submitted"
    town.calm()
    town.later(minutes=SOON)

    case.waits("in_review")

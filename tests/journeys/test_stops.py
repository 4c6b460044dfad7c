"""Withdrawing, "this was not me", the operator's stop, and time running out: in every state."""

from functools import partial

import pytest

from local.visitor import Visitor, eventually
from tests.journeys.town import Case, Town, problem, words

FAR = "2026-12-08T10:00:00+09:00"


def case_in(town: Town, state: str) -> Case:
    """A fresh case in this state."""
    if state in {"held", "submitted"}:
        town.at("2026-11-17T20:00:00+09:00")
        case = town.applies()
        if state == "held":
            case.waits("held")
        return case
    made: Case = getattr(town, state)()
    return case_settled(made)


def case_settled(case: Case) -> Case:
    """The same case once its owner notice is in the mailbox."""
    case.not_me_link()
    return case


def _told_of_lifting(case: Case, address: str) -> bool | None:
    texts = [each["text"] for each in case.mails(address)]
    return (
        any("apply for the re-registration" in each or "どの方法でも申請できます" in each for each in texts)
        or None
    )


def ends(case: Case) -> None:
    """It is stopped: the pass is gone at once; the case ends when no claimed attempt can be under way any more."""
    if case.waits("stopping", "cancelled")["state"] == "stopping":
        eventually(lambda: case.town.graph(case.person)["passes"] == [] or None, "the pass gone")
        case.town.later(minutes=4)
        case.waits("cancelled")
    assert case.town.graph(case.person)["passes"] == []


@pytest.mark.parametrize("state", ["submitted", "held", "in_review", "approved", "issued"])
def test_withdrawing_works_in_every_open_state(town: Town, state: str) -> None:
    case = case_in(town, state)
    answer = case.person.post(f"/applications/{case.id}/withdraw", data={})
    assert answer.status_code == 202
    ends(case)

    assert town.graph(case.person)["passes"] == []
    status = case.person.status(case.id)
    assert (status["state"], status["next_actor"]) == ("cancelled", "nobody")
    assert case.person.post(f"/applications/{case.id}/withdraw", data={}).status_code == 409
    assert case.person.get("/apply").ok
    town.at("2026-11-18T10:00:00+09:00")
    town.applies(case.person).waits("in_review")


def test_the_page_s_withdraw_button_needs_its_box_ticked(town: Town) -> None:
    case = town.in_review()
    origin = {"Origin": town.stack.app}
    url = f"{town.stack.app}/applications/{case.id}/withdraw"
    assert case.person.http.post(url, data={"confirm": ""}, headers=origin).status_code == 400
    assert case.seen()["state"] == "in_review"
    sent = case.person.http.post(url, data={"confirm": "on"}, headers=origin, allow_redirects=False)

    assert (sent.status_code, sent.headers["Location"]) == (303, f"/applications/{case.id}")
    case.waits("cancelled")


@pytest.mark.parametrize("state", ["held", "in_review", "approved", "issued"])
def test_not_me_stops_every_open_state(town: Town, state: str) -> None:
    case = case_in(town, state)
    before = town.graph(case.person)["sessionsRevoked"]
    case.not_me()
    ends(case)

    assert town.graph(case.person)["sessionsRevoked"] > before
    operator = town.staff("operator")
    eventually(lambda: case.mails(operator.upn), "the operator is told")
    if state in {"approved", "issued"}:
        answer = case.person.ask_for_pass(case.id)
        assert answer.status_code in {403, 409, 410}
        assert town.graph(case.person)["passes"] == []


def test_not_me_while_the_pass_is_being_made_leaves_no_pass(town: Town) -> None:
    """Graph is slow; the owner is quicker."""
    case = case_settled(town.approved())
    case.opens_pickup()
    town.faults(graph={"slow": 2.0, "operation": "POST temporaryAccessPassMethods"})
    case.asks()
    case.not_me()
    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 410
    ends(case)


def test_an_unanswered_stop_keeps_the_pass_from_being_shown(town: Town) -> None:
    case = case_settled(town.approved())
    case.opens_pickup()
    case.asks()
    case.waits("issued")
    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 200
    town.faults(worker={"stopped": True})
    case.not_me()

    assert case.seen()["state"] == "issued"
    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 410
    case.person.ask_for_pass(case.id)
    town.calm()
    ends(case)
    assert case.events().count("pass_issued") == 1


def test_not_me_after_completion_goes_to_the_operator_who_can_only_stop_it(town: Town) -> None:
    case = case_settled(town.completed())
    case.not_me()
    assert case.waits("attention")["attention"] == "contested"
    assert case.person.status(case.id)["state"] == "in_review"  # what the applicant is shown

    page = words(town.staff("operator").get("/staff/attention").text)
    assert case.reference in page
    assert case.operator("run-again").status_code == 409
    assert case.operator("stop").status_code == 202
    ends(case)


def test_after_not_me_the_account_is_blocked_until_an_operator_lifts_that(town: Town) -> None:
    case = case_settled(town.in_review())
    case.not_me()
    case.waits("cancelled")
    page = case.person.get("/apply")
    assert page.status_code == 403
    assert "go to your office" in words(page.text)
    refused = problem(case.person.apply(town.card(case.person), form_id="f" * 32), 403)
    assert refused["type"].endswith(":account_blocked")
    operator = town.staff("operator")
    assert case.reference in words(operator.get("/staff/attention").text)
    assert "This account is protected" in words(operator.get(f"/staff/applications/{case.id}").text)
    lifting = {"reason_code": "owner_identified", "seen": case.id}
    sent = operator.post(f"/staff/applications/{case.id}/lift-block", data=lifting)
    assert sent.status_code == 202
    case.waits_for("block_lifted")
    for address in case.person.person["mail"]:
        eventually(partial(_told_of_lifting, case, address), "word that it is lifted")
    town.applies(case.person, form_id="e" * 32).waits("in_review")


def test_after_thirty_days_the_link_is_over_and_names_the_support_desk(town: Town) -> None:
    case = case_settled(town.completed())
    owner = Visitor(town.stack.app, {})
    link = case.not_me_link()
    town.later(days=31)
    page = owner.get(link)
    assert page.status_code == 410
    assert "03-0000-0000" in page.text
    assert owner.post(link, data={"choice": "not_mine"}).status_code == 410
    assert case.true_state() == "completed"


def test_an_ended_case_says_so_to_its_owner_and_the_operator_hears_of_it(town: Town) -> None:
    case = town.in_review()
    link = case.not_me_link()
    case.decide("reject", reason_code="name_mismatch")
    case.waits("rejected")
    operator = town.staff("operator").upn
    told = len(case.mails(operator))
    owner = Visitor(town.stack.app, {})
    headers = {"Origin": town.stack.app}
    page = owner.http.post(link, data={"choice": "not_mine"}, headers=headers, timeout=60)
    assert "had already ended" in words(page.text)
    eventually(lambda: len(case.mails(operator)) > told or None, "the operator's mail")
    assert "This was not me" in case.mails(operator)[-1]["text"]


def test_the_owner_s_page_asks_first_and_chooses_nothing(town: Town) -> None:
    case = town.in_review()
    owner = Visitor(town.stack.app, {})
    link = case.not_me_link()
    page = owner.get(link)
    assert page.ok
    assert "checked" not in page.text
    for choice in ("", "maybe"):
        assert owner.post(link, data={"choice": choice}).status_code == 400
    assert owner.post(link, data={"choice": "mine"}).status_code == 202
    case.decide("approve")
    case.waits("approved")

    assert "owner_confirmed" in case.events()


def test_an_operator_can_stop_an_open_case(town: Town) -> None:
    case = town.approved()
    assert case.operator("stop").status_code == 202
    case.waits("cancelled")

    assert problem(case.operator("stop"), 409)


@pytest.mark.parametrize("button", ["stop", "run-again"])
def test_only_operators_have_the_operator_s_buttons(town: Town, button: str) -> None:
    case = town.in_review()
    for kind in ("reviewer", "auditor", "clerk"):
        answer = town.staff(kind).post(f"/staff/applications/{case.id}/{button}", data={})
        problem(answer, 403)
    assert case.seen()["state"] == "in_review"


def test_time_runs_out_for_a_better_photo_and_for_the_pass(town: Town) -> None:
    returned, approved = town.in_review(), town.approved()
    returned.decide("return", reason_code="photo_unreadable")
    returned.waits("returned")
    town.at(FAR)

    for case in (returned, approved):
        case.waits("expired")
        assert case.person.status(case.id)["state"] == "expired"
        assert "Expired" in case.page()
    link = approved.link(approved.address, f"/pickup/{approved.id}")
    assert approved.person.get(link).status_code == 410

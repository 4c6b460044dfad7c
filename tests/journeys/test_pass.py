"""Asking again, a pass that does not work, a phone number that changes, and the pickup page's rules."""

from local.visitor import Visitor
from tests.journeys.town import Town, problem


def test_asking_again_replaces_the_pass(town: Town) -> None:
    case = town.issued()
    first = case.code
    second = case.collects()
    case.waits("issued")

    passes = town.graph(case.person)["passes"]
    assert first != second
    assert [each["value"] for each in passes] == [second]
    assert case.events().count("pass_issued") == 2


def test_a_pass_can_be_asked_for_a_few_times_only(town: Town) -> None:
    case = town.issued()
    for _ in range(4):
        case.collects()

    assert case.person.ask_for_pass(case.id).status_code == 409
    assert len(town.graph(case.person)["passes"]) == 1


def test_a_pass_that_ran_out_is_asked_for_anew(town: Town) -> None:
    case = town.issued()
    first = case.code
    town.at("2026-11-17T12:30:00+09:00")
    case.waits("approved", "issued")
    second = case.collects()

    assert first != second
    assert [each["isUsable"] for each in town.graph(case.person)["passes"]] == [True]


def test_a_pass_that_does_not_work_twice_is_the_operator_s_and_can_run_again(town: Town) -> None:
    case = town.issued()
    trouble = f"/applications/{case.id}/trouble"
    assert case.person.post(trouble, data={}).status_code == 202
    case.waits_for("pass_trouble_reported")
    case.collects()
    assert case.person.post(trouble, data={}).status_code == 202
    assert case.waits("attention")["attention"] == "pass_trouble"
    assert case.person.status(case.id)["state"] == "in_review"
    assert case.reference in town.staff("operator").get("/staff/attention").text

    assert case.operator("run-again").status_code == 202
    case.waits("approved")  # the stored decision still verifies: nobody needs to review again
    case.opens_pickup(after=1)
    case.collects()
    assert [each["value"] for each in town.graph(case.person)["passes"]] == [case.code]


def test_a_new_number_in_the_same_slot_counts_as_a_new_method(town: Town) -> None:
    case = town.issued(town.newcomer(methods="P"))
    before = [each["id"] for each in town.graph(case.person)["methods"] if each["kind"] == "phone"]
    town.registers(case.person, "phone", phoneType="mobile", phoneNumber="+81 8011112222")
    case.says_registered()
    case.waits("completed")
    after = [each["id"] for each in town.graph(case.person)["methods"] if each["kind"] == "phone"]

    assert before == after


def test_the_same_number_again_counts_for_nothing(town: Town) -> None:
    case = town.issued(town.newcomer(methods="P"))
    number = f"+81 90000{int(case.person.person['employee_id']):05d}"
    town.registers(case.person, "phone", phoneType="mobile", phoneNumber=number)
    case.says_registered()
    case.waits_for("registration_reported")

    assert case.seen()["state"] == "issued"


def test_a_stolen_device_is_removed_before_the_pass_is_made(town: Town) -> None:
    case = town.issued(reason="stolen")

    kinds = {each["kind"] for each in town.graph(case.person)["methods"]}
    assert not kinds & {"microsoftAuthenticator", "phone"}


def test_the_pass_goes_to_the_browser_that_asked_and_to_no_other(town: Town) -> None:
    case = town.approved()
    case.opens_pickup()
    case.asks()
    other = Visitor(town.stack.app, case.person.person)
    other.sign_in("applicant").raise_for_status()
    assert other.get(f"/pickup/{case.id}/pass", json=True).status_code == 403  # no link opened
    other.get(case.link(case.address, f"/pickup/{case.id}")).raise_for_status()
    case.waits("issued")

    assert other.get(f"/pickup/{case.id}/pass", json=True).status_code == 403
    assert other.post(f"/pickup/{case.id}/shown", json={}).status_code == 403
    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 200


def test_without_the_mailed_link_the_password_alone_gets_nothing(town: Town) -> None:
    case = town.approved()

    problem(case.person.ask_for_pass(case.id), 403)
    assert "Please open the link in our email" in case.person.get(f"/pickup/{case.id}").text
    assert town.graph(case.person)["passes"] == []


def test_without_the_password_the_mailed_link_alone_gets_nothing(town: Town) -> None:
    case = town.approved()
    thief = Visitor(town.stack.app, {})
    link = case.link(case.address, f"/pickup/{case.id}")
    answer = thief.get(link, allow_redirects=False)
    assert answer.headers["Location"] == f"/pickup/{case.id}"
    assert "key=" not in thief.get(answer.headers["Location"], allow_redirects=False).headers["Location"]
    problem(thief.ask_for_pass(case.id), 401)

    stranger = town.newcomer()
    stranger.get(link, allow_redirects=False)
    problem(stranger.ask_for_pass(case.id), 403)
    assert town.graph(case.person)["passes"] == []


def test_ciphertext_is_given_for_ten_minutes_only(town: Town) -> None:
    case = town.approved()
    case.opens_pickup()
    case.asks()
    case.waits("issued")
    town.at("2026-11-17T10:11:00+09:00")

    assert case.person.get(f"/pickup/{case.id}/pass", json=True).status_code == 410


def test_a_key_that_is_none_is_refused(town: Town) -> None:
    case = town.approved()
    case.opens_pickup()
    wrong: list[object] = [
        {},
        {"public_key": 5},
        {"public_key": "bm90IGEga2V5"},
        {"public_key": "A" * 9000},
        [],
        "x",
    ]
    for body in wrong:
        problem(case.person.post(f"/pickup/{case.id}", json=body), 400)
    problem(case.person.post(f"/pickup/{case.id}", data="public_key=x"), 415)

    assert case.seen()["state"] == "approved"

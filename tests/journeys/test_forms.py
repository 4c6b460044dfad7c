"""A Microsoft Form's response, from the flow to the pass; and everything a flow may bring that is wrong."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from local import configuration
from local.azurite import ROOT
from local.flow import API_SCOPE, Flow
from local.visitor import eventually
from tests.journeys.programs import DETAILS, FORMS, REASON, answers_form, flow_of, response, send, user_token
from tests.journeys.stored import Stored
from tests.journeys.town import Town, problem, words


@pytest.fixture
def inbox(town: Town) -> Iterator[None]:
    """What this test sends leaves no row behind."""
    stored = Stored(town.stack.settings.storage)
    before = [(row["PartitionKey"], row["RowKey"]) for row in stored.rows("requests")]
    yield
    after = [(row["PartitionKey"], row["RowKey"]) for row in stored.rows("requests")]
    assert not set(after) - set(before)


def test_from_the_form_to_the_pass(town: Town) -> None:
    student = town.newcomer()
    case = answers_form(town, student)
    assert case.taken.keys() == {"id", "reference", "state", "status_url"}
    assert case.taken["state"] == "submitted"
    assert case.taken["status_url"] == f"{town.stack.app}/applications/{case.id}"
    seen = case.waits("in_review")
    assert seen["channel"] == "form"
    assert "no_photo" in seen["flags"]
    assert student.status(case.id)["channel"] == "form"

    page = town.staff().get(case.review_link())
    assert page.ok
    assert "古い電話を店に渡して" in page.text
    case.decide("approve")
    case.waits("approved")
    case.opens_pickup()
    code = case.collects()
    assert [each["value"] for each in town.graph(student)["passes"]] == [code]
    town.registers(student)
    case.says_registered()
    case.waits("completed")


def test_a_replay_is_answered_as_the_first_time_whatever_became_of_it(town: Town) -> None:
    student = town.newcomer()
    body = response(responder=student.upn)
    first = send(town, body)
    again = send(town, body | {"run": "another"})
    case_id = first.json()["id"]
    eventually(lambda: student.get(f"/applications/{case_id}", json=True).ok or None, "the case")
    student.post(f"/applications/{case_id}/withdraw", data={}).raise_for_status()
    student.wait_state(case_id, "cancelled")
    later = send(town, body | {"response_id": str(body["response_id"]), "responder": student.upn.upper()})

    assert (first.status_code, again.status_code, later.status_code) == (202, 202, 202)
    assert first.json() == again.json() == later.json()
    assert student.status(case_id)["state"] == "cancelled"


def test_the_same_response_in_parallel_is_one_application(town: Town) -> None:
    student = town.newcomer()
    body, token = response(responder=student.upn), flow_of(town).token()
    gate = threading.Barrier(6)

    def post(_: int) -> requests.Response:
        gate.wait()
        return send(town, body, token=token)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, range(6)))
    assert {each.status_code for each in answers} == {202}
    assert len({each.text for each in answers}) == 1
    eventually(lambda: student.get(f"/applications/{answers[0].json()['id']}", json=True).ok or None, "it")
    told = town.cloud.mails(student.person["mail"][0])
    assert len({each["subject"] for each in told}) == len(told)


def test_a_responder_who_changes_between_replays_is_refused_and_the_first_stays(town: Town) -> None:
    student, other = town.newcomer(), town.newcomer()
    body = response(responder=student.upn)
    first = send(town, body).json()
    for changed in (body | {"responder": other.upn}, body | {"answers": {REASON: "盗まれた"}}):
        told = problem(send(town, changed), 409)
        assert told["type"].endswith("different_response")
    operator = town.cloud.people("operator")[0]["upn"]
    eventually(
        lambda: [
            each
            for each in town.cloud.mails(operator)
            if first["reference"] in each["subject"] + each["text"]
        ],
        "a word to the operator",
    )
    assert send(town, body).json() == first
    assert student.status(first["id"])["state"] == "in_review"
    assert other.get(f"/applications/{first['id']}", json=True).status_code == 403


@pytest.mark.parametrize(
    ("sample", "reason", "kept", "mailed"),
    [
        ("first_setup", "Trouble during the initial set-up", "The QR code never appeared.", "application"),
        ("deleted_question", "I lost my phone or device", "", "申請"),
        ("added_question", "It is broken", "r0000111122223333444455556666dddd: 理学部", "申請"),
        ("other_wording", "Trouble during the initial set-up", "電話が水没した", "申請"),
    ],
)
def test_a_form_that_its_author_changed_loses_nobody(
    town: Town, sample: str, reason: str, kept: str, mailed: str
) -> None:
    """Answers in another order, a question that is gone, one that is new, another wording: staff read all of it."""
    case = answers_form(town, town.newcomer(), sample)
    case.waits("in_review")
    page = words(town.staff().get(case.review_link()).text)
    assert reason in page
    assert kept in page
    case.link(case.address, "/not-me/")
    assert mailed in case.mails(case.address)[0]["subject"]


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("anonymous", "responder_refused"),
        ("foreign_domain", "responder_refused"),
        ("unknown_form", "unknown_form"),
    ],
)
@pytest.mark.usefixtures("inbox")
def test_what_can_never_be_taken_is_not_to_be_retried(town: Town, sample: str, kind: str) -> None:
    assert problem(send(town, response(sample)), 422)["type"].endswith(kind)


@pytest.mark.parametrize(
    ("options", "status", "kind"),
    [
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400, "body_unreadable"),
        ({"data": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}, 400, "body_unreadable"),
        ({"data": b"[" * 200_000, "headers": {"Content-Type": "application/json"}}, 400, "body_unreadable"),
        ({"json": ["a"]}, 400, "body_unreadable"),
        ({"json": "text"}, 400, "body_unreadable"),
        ({"data": {"form_id": "x"}}, 415, "body_wrong_type"),
        ({"data": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, "body_wrong_type"),
        ({"data": b"{}"}, 415, "body_wrong_type"),
        ({"json": {"answers": {"r1": "x" * 1024 * 1024}}}, 413, "body_too_large"),
        ({"json": {}}, 422, "invalid_fields"),
    ],
    ids=["cut", "no UTF-8", "deep", "list", "text", "a web form", "plain text", "no type", "1 MB", "empty"],
)
@pytest.mark.usefixtures("inbox")
def test_bodies_that_are_none_are_refused(
    town: Town, options: dict[str, Any], status: int, kind: str
) -> None:
    told = problem(send(town, **options), status)
    assert told["type"].endswith(kind)


@pytest.mark.usefixtures("inbox")
def test_wrong_types_are_named_field_by_field_with_words(town: Town) -> None:
    body = response(responder=7, answers={REASON: {"a": 1}}, response_id="x")
    told = problem(send(town, body), 422)
    assert told["errors"] == {
        "response_id": "invalid",
        "responder": "wrong_type",
        f"answers.{REASON}": "wrong_type",
    }
    assert told["messages"].keys() == told["errors"].keys()


@pytest.mark.usefixtures("inbox")
def test_only_the_flow_s_token_opens_the_door(town: Town) -> None:
    body = response()
    student = town.newcomer()
    assert send(town, body, token="").headers["WWW-Authenticate"] == "Bearer"
    told = send(town, body, token="x.y.z")
    assert problem(told, 401)["type"].endswith("token_invalid")
    problem(send(town, body, token=user_token(town, student)), 403)
    other = Flow(town.stack.app, town.stack.local, configuration.WORKER_IDENTITY_ID)
    problem(send(town, body, token=other.token(API_SCOPE)), 403)  # a token for our API, without the role
    problem(send(town, body, token=other.token("https://graph.microsoft.com/.default")), 401)
    cookies = requests.post(
        f"{town.stack.app}{FORMS}",
        json=body,
        cookies=student.http.cookies,
        headers={"Origin": town.stack.app},
        timeout=60,
    )
    problem(cookies, 401)
    key = {"x-functions-key": "local-forms-key-0123456789-0123456789"}
    problem(send(town, body, token="", headers=key), 401)


def test_while_storage_is_away_the_flow_is_told_to_try_again_and_nothing_is_lost(town: Town) -> None:
    student = town.newcomer()
    body, token = response(responder=student.upn), flow_of(town).token()
    town.faults(azurite={"stopped": True})
    answer = send(town, body, token=token)
    town.calm()
    problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    again = send(town, body, token=token)
    assert again.status_code == 202
    eventually(lambda: student.get(f"/applications/{again.json()['id']}", json=True).ok or None, "the case")


def test_until_the_worker_has_found_the_account_its_owner_is_told_to_wait(town: Town) -> None:
    student = town.newcomer()
    town.faults(worker={"stopped": True})
    case = answers_form(town, student)
    path = f"/applications/{case.id}"
    told = problem(student.get(path, json=True), 404)
    page = student.get(path)
    town.calm()
    assert told["type"].endswith("not_yet")
    assert "Wait a moment" in words(page.text)
    eventually(lambda: student.get(path, json=True).ok or None, "the case")


def test_the_local_form_is_answered_and_sent_by_the_flow(town: Town) -> None:
    student = town.newcomer()
    page = requests.get(f"{town.stack.local}/form", timeout=30)
    assert student.upn in page.text
    sent = requests.post(
        f"{town.stack.local}/form",
        data={"responder": student.upn, REASON: "なくした", DETAILS: "<b>電車</b>"},
        timeout=60,
    )
    assert "受け付けました" in sent.text
    assert "<b>電車</b>" not in sent.text
    case_id = sent.text.split("/applications/")[1][:32]
    eventually(lambda: student.get(f"/applications/{case_id}", json=True).ok or None, "the case")


def test_the_words_of_a_response_are_in_no_log(town: Town) -> None:
    student = town.newcomer()
    answers_form(town, student, answers={DETAILS: "secret-words-of-the-form"}).waits("in_review")
    send(town, response("anonymous", answers={DETAILS: "secret-words-of-the-form"}))
    said = town.stack.said()
    assert "secret-words-of-the-form" not in said
    assert student.upn not in said


def test_the_recorded_samples_can_be_posted_by_hand(town: Town) -> None:
    """`make form-sample`: a good one twice is a replay; one that is refused, and one that there is not, say so."""

    def run(sample: str) -> "subprocess.CompletedProcess[str]":
        settings = {
            "REREGISTER_PORT": str(town.stack.settings.port),
            "REREGISTER_LOCAL_PORT": str(town.stack.settings.local_port),
            "S": sample,
        }
        return subprocess.run(
            [sys.executable, "-m", "local.form_sample"],
            cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    first, again = run(""), run("new_phone")
    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "202 Accepted" in first.stdout
    assert first.stdout == again.stdout
    refused, unknown = run("anonymous"), run("nothing")
    assert refused.returncode == 1
    assert "responder_refused" in refused.stdout
    assert unknown.returncode == 2
    assert "first_setup" in unknown.stderr

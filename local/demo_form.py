"""The way `form`: a new student whose first set-up went wrong answers the Microsoft Form; its flow brings the response."""

from datetime import datetime

from local.flow import Flow, new_run, sample_form
from local.playbill import FRIDAY_EVENING, TUESDAY_OPENING, Playbill, expect, newcomer, telling
from local.visitor import LocalCloud, NotSeenError, Visitor, eventually

_MAILS = 4  # owner notice, pickup link, notice of the pass, completion
_SAID = {
    "reason": "初期設定の途中でできなくなった",
    "details": "QRコードを読み取る前に画面を閉じてしまいました．",
    "note": '["Microsoft Authenticator"]',
}


def play(app: str, local: str) -> str:
    """From the form's response to the completed application; returns the decrypted pass."""
    cloud = LocalCloud(local)
    student = Visitor(app, newcomer(cloud))
    reviewer = Visitor(app, cloud.people("reviewer")[0])
    bill = Playbill.opened(cloud, FRIDAY_EVENING)
    case = _answered(app, local, student, bill)
    with telling(app, cloud, case):
        return _decided(student, reviewer, case, bill)


def _decided(student: Visitor, reviewer: Visitor, case: str, bill: Playbill) -> str:
    """From the owner's notice over the approval to the pass and the completion."""
    cloud, app = bill.cloud, student.app
    address = student.person["mail"][0]
    cloud.wait_link(address, r"/not-me/")
    student.sign_in().raise_for_status()
    expect(student, case, "held")
    bill.step("held until the next business opening; the owner of the account was told")
    cloud.set_clock(TUESDAY_OPENING)
    review = cloud.wait_link(reviewer.upn, r"/review/").removeprefix(app)
    bill.step("Monday was a holiday: on Tuesday at 9:00 the reviewers get a mail with a signed link")
    reviewer.sign_in("staff", review).raise_for_status()
    reviewer.post(review, data={"decision": "approve"}).raise_for_status()
    pickup = cloud.wait_link(address, r"/pickup/[0-9a-f]+\?key=")
    bill.step("no photo, only what the sign-in proved: the reviewer decides; the pickup link is mailed")
    student.get(pickup).raise_for_status()
    student.ask_for_pass(case).raise_for_status()
    code = student.collect_pass(case)
    bill.step("link and password together: the pass is made, sealed to this browser, and shown")
    cloud.call("POST", f"/api/graph/users/{student.upn}/methods", {"kind": "microsoftAuthenticator"})
    student.post(f"/applications/{case}/registered", data={}).raise_for_status()
    eventually(lambda: len(cloud.mails(address)) >= _MAILS or None, "the mail that tells of the completion")
    done = expect(student, case, "completed")
    bill.step("a new method is registered and seen; the person is told")
    bill.ending(student, done, code)
    return code


def _answered(app: str, local: str, student: Visitor, bill: Playbill) -> str:
    """The flow posts the response, and once more as after a lost answer; the id of the one application."""
    form, entry = sample_form()
    answers = {name: _SAID.get(question["field"], "") for name, question in entry["questions"].items()}
    response = {
        "form_id": form,
        "response_id": int(datetime.fromisoformat(bill.cloud.now()).timestamp() * 1000),
        "responder": student.upn,
        "submit_date": bill.cloud.now(),
        "run": new_run(),
        "answers": answers,
    }
    flow = Flow(app, local)
    first, again = flow.post(response), flow.post(response)
    first.raise_for_status()
    if again.json() != first.json():
        raise NotSeenError("the replay was answered otherwise")
    taken = first.json()
    bill.step(f"{student.upn} answers the form; the flow posts it twice, {taken['reference']} is made once")
    return str(taken["id"])

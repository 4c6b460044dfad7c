"""The way `website`: a student who has lost every method, a Friday evening before a holiday, a reviewer on Tuesday."""

from local.playbill import FRIDAY_EVENING, TUESDAY_OPENING, Playbill, expect, newcomer, telling
from local.visitor import LocalCloud, Visitor, eventually

_MAILS = 4  # owner notice, pickup link, notice of the pass, completion


def play(app: str, local: str) -> str:
    """From the first page to the completed application; returns the decrypted pass."""
    cloud = LocalCloud(local)
    student = Visitor(app, newcomer(cloud))
    reviewer = Visitor(app, cloud.people("reviewer")[0])
    bill = Playbill.opened(cloud, FRIDAY_EVENING)
    student.sign_in(next_path="/apply").raise_for_status()
    bill.step(f"{student.upn} signs in with a password alone and opens the form")
    answer = student.apply(cloud.card(student.upn), reason="broken", details="Dropped in the rain.")
    answer.raise_for_status()
    accepted = answer.json()
    bill.step(f"applies: {accepted['reference']}, looked at from {accepted['review_from']}")
    with telling(app, cloud, accepted["id"]):
        return _decided(student, reviewer, accepted["id"], bill)


def _decided(student: Visitor, reviewer: Visitor, case: str, bill: Playbill) -> str:
    """From the owner's notice over the approval to the pass and the completion."""
    cloud, app = bill.cloud, student.app
    address = student.person["mail"][0]
    cloud.wait_link(address, r"/not-me/")
    expect(student, case, "held")
    bill.step("held until the next business opening; the owner of the account was told")
    cloud.set_clock(TUESDAY_OPENING)
    link = cloud.wait_link(reviewer.upn, r"/review/")
    bill.step("Monday was a holiday: on Tuesday at 9:00 the reviewers get a mail with a signed link")
    review = link.removeprefix(app)
    reviewer.sign_in("staff", review).raise_for_status()
    reviewer.get(f"{review}/photo").raise_for_status()
    bill.step(f"{reviewer.upn} signs in with MFA and looks at application, photo and prechecks")
    reviewer.post(review, data={"decision": "approve"}).raise_for_status()
    pickup = cloud.wait_link(address, r"/pickup/[0-9a-f]+\?key=")
    bill.step("approved; the pickup link is mailed to the address on file")
    student.get(pickup).raise_for_status()
    student.ask_for_pass(case).raise_for_status()
    code = student.collect_pass(case)
    bill.step("link and password together: the pass is made, sealed to this browser, and shown")
    cloud.call("POST", f"/api/graph/users/{student.upn}/methods", {"kind": "microsoftAuthenticator"})
    student.post(f"/applications/{case}/registered", data={}).raise_for_status()
    eventually(lambda: len(cloud.mails(address)) >= _MAILS or None, "the mail that tells of the completion")
    done = expect(student, case, "completed")
    bill.step("a new method is registered and seen; the old ones are removed; the person is told")
    bill.ending(student, done, code)
    return code

"""The way `office`: an application that waits for Tuesday, an evening counter, a slip, and the pass within the hour."""

import requests

from local.clerk import ClerkVisitor
from local.playbill import FRIDAY_EVENING, Playbill, expect, newcomer, telling
from local.visitor import LocalCloud, NotSeenError, Visitor, eventually

AT_THE_COUNTER = "2026-11-20T19:45:00+09:00"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def play(app: str, local: str) -> str:
    """From a held website application over the counter to the completed registration; returns the decrypted pass."""
    cloud = LocalCloud(local)
    student = Visitor(app, newcomer(cloud))
    clerk = ClerkVisitor(app, cloud.people("clerk")[0])
    bill = Playbill.opened(cloud, FRIDAY_EVENING)
    student.sign_in(next_path="/apply").raise_for_status()
    accepted = student.apply(cloud.card(student.upn), reason="broken").json()
    with telling(app, cloud, accepted["id"]):
        cloud.wait_link(student.person["mail"][0], r"/not-me/")
        expect(student, accepted["id"], "held")
    bill.step(f"{student.upn} applies on the website: held until {accepted['review_from']}")
    cloud.set_clock(AT_THE_COUNTER)
    clerk.signed_in()
    case = clerk.opens(student.upn.partition("@")[0].translate(_FULL_WIDTH))
    bill.step(f"{clerk.upn} signs in with MFA at the evening counter and types the ten digits")
    with telling(app, cloud, case):
        return _at_the_counter(student, clerk, case, accepted["id"], bill)


def _at_the_counter(student: Visitor, clerk: ClerkVisitor, case: str, superseded: str, bill: Playbill) -> str:
    """From the comparison of the card over two slips to the pass and the completion."""
    cloud, app = bill.cloud, student.app
    seen = clerk.waits(case, "compare")
    bill.step(f"the directory says {seen['name']}, {seen['affiliation']}: the same as on the card")
    clerk.confirm(case, language="ja").raise_for_status()
    clerk.waits(case, "approved")
    expect(student, superseded, "cancelled")
    bill.step("the clerk confirms: approved, and the website application is superseded")
    lost = clerk.slip(case)
    slip = clerk.prints_again(case)
    bill.step("the slip with the QR code is printed, and once more: every address on file is told")
    phone = Visitor(app, student.person)
    refused = phone.get(lost, allow_redirects=False)
    if refused.status_code != requests.codes.gone:
        raise NotSeenError(f"the older slip still answers {refused.status_code}")
    bill.step("the older slip opens nothing any more")
    phone.get(slip, allow_redirects=False).raise_for_status()
    phone.sign_in(next_path=f"/pickup/{case}").raise_for_status()
    phone.ask_for_pass(case).raise_for_status()
    code = phone.collect_pass(case)
    bill.step(
        "slip and password together, on the person's own phone: the pass is made, sealed to it, and shown"
    )
    cloud.call("POST", f"/api/graph/users/{phone.upn}/methods", {"kind": "microsoftAuthenticator"})
    phone.post(f"/applications/{case}/registered", data={}).raise_for_status()
    done = phone.wait_state(case, "completed")
    eventually(
        lambda: "old_methods_removed" in _events(phone, case) or None, "the removal of the old methods"
    )
    bill.step("a new method is registered and seen; the old ones are removed; the person is told")
    bill.ending(phone, done | phone.status(case), code)
    return code


def _events(person: Visitor, case: str) -> list[str]:
    return [each["event"] for each in person.status(case)["history"]]

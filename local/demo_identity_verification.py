"""The way `identity_verification`: a card linked in good time, a phone lost on a Sunday night, the pass a minute later."""

from local.card_holder import CardHolder
from local.playbill import Playbill, newcomer, telling
from local.visitor import LocalCloud, NotSeenError, eventually

THURSDAY_NOON = "2026-11-12T12:00:00+09:00"
SUNDAY_NIGHT = "2026-11-22T02:30:00+09:00"
"""In the middle of a long weekend: nobody is at the support desk before Tuesday."""


def play(app: str, local: str) -> str:
    """From the link to the completed registration; returns the decrypted pass."""
    cloud = LocalCloud(local)
    at_home = CardHolder(app, newcomer(cloud))
    address = at_home.person["mail"][0]
    bill = Playbill.opened(cloud, THURSDAY_NOON)
    at_home.sign_in("linker", "/verify/link").raise_for_status()
    bill.step(f"{at_home.upn} can still sign in, and does so anew with MFA to link a card")
    at_home.verifies("link").raise_for_status()
    bill.step("verifies the My Number Card in the app: both PINs, card on the phone")
    at_home.post("/verify/link", data={}).raise_for_status()
    linked = at_home.waits_link("linked")
    bill.step(f"account and card are linked; usable without delay from {linked['usable_from'][:16]}Z")
    told = len(cloud.mails(address))
    if not told:
        eventually(lambda: cloud.mails(address) or None, "the mail about the link")
    bill.step("every address on file is told of the link")

    cloud.set_clock(SUNDAY_NIGHT)
    person = CardHolder(app, at_home.person)
    bill.step("ten days later, on a Sunday at 2:30: the phone is gone, and another browser is at hand")
    person.verifies().raise_for_status()
    if not person.card_status()["linked"]:
        raise NotSeenError("the card is not linked")
    bill.step("verifies the card: no account, no password, nobody at the support desk")
    accepted = person.issues()
    accepted.raise_for_status()
    with telling(app, cloud, accepted.json()["id"]):
        return _reads(person, accepted.json()["reference"], bill)


def _reads(person: CardHolder, reference: str, bill: Playbill) -> str:
    """From the accepted request to the pass and the completion."""
    code = person.reads_pass()
    bill.step(f"{reference}: the pass is made, sealed to this browser, and shown at once")
    bill.cloud.call("POST", f"/api/graph/users/{person.upn}/methods", {"kind": "microsoftAuthenticator"})
    person.post("/verify/registered", data={}).raise_for_status()
    person.waits_card("completed")
    eventually(lambda: "old_methods_removed" in _events(person) or None, "the removal of the old methods")
    bill.step("a new method is registered and seen; the old ones are removed; the person is told")
    bill.ending(person, person.card_status()["application"], code)
    return code


def _events(person: CardHolder) -> list[str]:
    return [each["event"] for each in person.card_status()["application"]["history"]]

"""The pages of identity verification in real states, for looking at them in both languages."""

from collections.abc import Iterator

from playwright.sync_api import Page

from local.card_holder import CardHolder
from tests.browser.scenes import Scene
from tests.journeys.town import Town

_IN_TIME = "2026-11-02T12:00:00+09:00"


def holder(town: Town, kind: str = "student") -> CardHolder:
    """Somebody new in town with a card."""
    found = town.newcomer(kind, signed_in=False)
    return CardHolder(found.app, found.person)


def linked(town: Town, kind: str = "student") -> CardHolder:
    """Somebody who linked the card long ago, at a new browser."""
    now, person = town.cloud.now(), holder(town, kind)
    town.at(_IN_TIME)
    person.links()
    town.at(now)
    return CardHolder(person.app, person.person)


def _issues(page: Page) -> None:
    page.locator("#ask").click()
    page.locator("#result:visible, #sign-in:visible").first.wait_for()


def verify_pages(town: Town) -> Iterator[Scene]:
    """From the first page to the registered method."""
    yield Scene("verify", None, "/verify")
    yield Scene("verify-other-browser", None, "/verify/callback?state=x&code=y", status=403)
    person = linked(town)
    person.verifies()
    yield Scene("verify-card", person, "/verify")
    yield Scene("verify-used", person, "/verify/callback?state=x&code=y", status=400)
    yield Scene("verify-issue", person, "/verify/issue")
    yield Scene("verify-issued", person, "/verify/issue", _issues)
    yield Scene("verify-card-issued", person, "/verify")
    town.registers(person)
    person.post("/verify/registered", data={}).raise_for_status()
    person.waits_card("completed")
    yield Scene("verify-card-completed", person, "/verify")


def verify_refusals(town: Town) -> Iterator[Scene]:
    """What gives no pass: no link, a young one, an account that only staff can handle."""
    without = holder(town)
    without.verifies()
    yield Scene("verify-not-linked", without, "/verify")
    young = holder(town)
    young.links()
    young = CardHolder(young.app, young.person)
    young.verifies()
    yield Scene("verify-young", young, "/verify")
    yield Scene("verify-issue-young", young, "/verify/issue", _issues, languages=("ja",))
    young.waits_card("cooling_off")
    yield Scene("verify-cooling-off", young, "/verify")
    guarded = linked(town, "nested_admin")
    guarded.verifies()
    yield Scene("verify-issue-guarded", guarded, "/verify/issue", _issues, languages=("en",))
    guarded.issues()
    guarded.waits_card("in_review")
    yield Scene("verify-looked-at", guarded, "/verify")


def link_pages(town: Town) -> Iterator[Scene]:
    """Linking, and the answers when one of the two is linked already."""
    person = holder(town)
    person.sign_in("linker", "/verify/link").raise_for_status()
    yield Scene("link-signed-in", person, "/verify/link")
    person.verifies("link")
    yield Scene("link-ready", person, "/verify/link")
    person.post("/verify/link", data={}).raise_for_status()
    person.waits_link("linked")
    yield Scene("link-linked", person, "/verify/link")
    other = holder(town)
    other.sign_in("linker", "/verify/link").raise_for_status()
    other.verifies("link", card_of=person.upn)
    yield Scene("link-card-linked", other, "/verify/link")
    person.verifies("link", card_of=other.upn)
    yield Scene("link-account-linked", person, "/verify/link")
    person.post("/verify/unlink", data={"by": "sign_in"}).raise_for_status()
    person.waits_link("unlinked")
    yield Scene("link-unlinked", person, "/verify/link")

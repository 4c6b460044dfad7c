"""The office counter's pages in real states: what the clerk sees, and the person who scans the slip."""

from collections.abc import Iterator

from playwright.sync_api import Page

from local.clerk import ClerkVisitor
from local.visitor import Visitor
from tests.browser.scenes import Scene
from tests.journeys.town import Town


def clerks(town: Town) -> tuple[ClerkVisitor, ClerkVisitor]:
    """The clerks of engineering and of letters, signed in."""
    first, second = (ClerkVisitor(town.stack.app, each) for each in town.cloud.people("clerk"))
    return first.signed_in(), second.signed_in()


def counter_pages(town: Town) -> Iterator[Scene]:
    """From the empty form to the confirmation, and what bars a clerk."""
    clerk, letters = clerks(town)
    person = town.newcomer(signed_in=False)

    def type_nonsense(page: Page) -> None:
        page.locator("#account").fill("見本 太郎 <b>")
        page.locator("main form button").first.click()
        page.locator(".errors").wait_for()

    def confirm_nothing(page: Page) -> None:
        page.locator("#contact_email").fill("new@elsewhere.example")
        page.evaluate("document.querySelector('form[action$=confirm]').noValidate = true")
        page.locator("form[action$=confirm] button").click()
        page.locator(".errors").wait_for()

    case = clerk.opens(person.upn)
    clerk.waits(case, "compare")
    yield Scene("office", clerk, "/office")
    yield Scene("office-nonsense", clerk, "/office", type_nonsense)
    yield Scene("office-compare", clerk, f"/office/{case}")
    yield Scene("office-compare-errors", clerk, f"/office/{case}", confirm_nothing)
    yield Scene("office-not-yours", letters, f"/office/{case}", status=403)
    yield Scene("office-wrong-role", town.staff("reviewer"), "/office", status=403)
    yield Scene("office-no-console", clerk, "/staff", status=403)
    for name, account in (("out-of-scope", person.upn), ("unknown", "0000000001"), ("own", letters.upn)):
        barred = letters.opens(account)
        letters.waits(barred, "refused")
        yield Scene(f"office-{name}", letters, f"/office/{barred}")
    clerk.post(f"/office/{case}/leave", data={}).raise_for_status()
    clerk.waits(case, "left")
    yield Scene("office-left", clerk, f"/office/{case}")


def slip_pages(town: Town) -> Iterator[Scene]:
    """From the approval to the pass: slip, older slip, parked and flagged cases."""
    clerk, letters = clerks(town)
    person = town.newcomer(signed_in=False)
    case = clerk.opens(person.upn)
    older = clerk.approves(case)
    yield Scene("office-approved", clerk, f"/office/{case}")
    yield Scene("office-slip", clerk, f"/office/{case}/slip")
    yield Scene("office-slip-other", clerk, f"/office/{case}/slip?slip=ja")
    newer = clerk.prints_again(case)
    yield Scene("office-slip-second", clerk, f"/office/{case}/slip")
    yield Scene("slip-replaced", None, older, status=410)
    person.sign_in(next_path="/")
    yield Scene("pickup-needs-slip", person, f"/pickup/{case}")
    person.get(newer, allow_redirects=False).raise_for_status()
    yield Scene("pickup-by-slip", person, f"/pickup/{case}")
    yield Scene("status-office-approved", person, f"/applications/{case}")
    parked = letters.opens(town.cloud.people("disabled")[0]["upn"])
    letters.waits(parked, "compare")
    letters.confirm(parked).raise_for_status()
    letters.waits(parked, "attention")
    yield Scene("office-attention", letters, f"/office/{parked}")
    contested = town.in_review()
    contested.not_me()
    contested.waits("cancelled")
    asked = clerk.opens(contested.person.upn)
    clerk.waits(asked, "compare")
    clerk.confirm(asked).raise_for_status()
    clerk.waits(asked, "asked")
    yield Scene("office-asked", clerk, f"/office/{asked}")
    yield Scene("office-asked-review", town.staff("operator"), f"/staff/applications/{asked}")
    phone = Visitor(town.stack.app, person.person)
    town.later(hours=25)
    yield Scene("slip-over", phone, newer, status=410)
    yield Scene("office-slip-ran-out", clerk, f"/office/{case}")

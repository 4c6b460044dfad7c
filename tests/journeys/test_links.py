"""Signed links: expired, altered, for another purpose, with another key, and opened by machines before the human."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

from local.configuration import web_environment
from local.visitor import Visitor
from shared.adapters.signed_links import SignedLinks
from shared.domain.links import LinkClaims, Purpose
from tests.journeys.town import Case, Town, problem


def keys(town: Town) -> list[str]:
    """The keys that the running service signs links with."""
    return web_environment(town.stack.settings)["LINK_KEYS"].split(",")


def link_for(
    case: Case, purpose: Purpose, *, with_keys: list[str] | None = None, round_: int = 1, days: float = 1
) -> str:
    """A token as the worker would make it, or almost."""
    links = SignedLinks(with_keys or keys(case.town))
    until = datetime.fromisoformat(case.town.cloud.now()).astimezone(UTC) + timedelta(days=days)
    return links.sign(LinkClaims(purpose, case.id, links.addressee("any@example.com"), round_, until))


def test_an_expired_link_says_so(town: Town) -> None:
    case = town.in_review()
    reviewer, owner = town.staff(), Visitor(town.stack.app, {})
    old = {purpose: link_for(case, purpose, days=-1) for purpose in Purpose}
    for page in (
        reviewer.get(f"/review/{old[Purpose.REVIEW]}"),
        owner.get(f"/not-me/{old[Purpose.NOT_ME]}"),
        case.person.get(f"/pickup/{case.id}?key={old[Purpose.PICKUP]}"),
    ):
        assert page.status_code == 410
    problem(reviewer.post(f"/review/{old[Purpose.REVIEW]}", data={"decision": "approve"}), 410)
    problem(owner.post(f"/not-me/{old[Purpose.NOT_ME]}", data={"choice": "not_mine"}), 410)
    assert case.seen()["state"] == "in_review"


def test_a_link_ends_by_the_business_clock(town: Town) -> None:
    case = town.in_review()
    link = case.review_link()
    town.at("2026-12-05T10:00:00+09:00")

    assert town.staff().get(link).status_code == 410


def test_altered_links_links_for_another_purpose_and_of_other_keys_open_nothing(town: Town) -> None:
    case = town.in_review()
    reviewer, owner = town.staff(), Visitor(town.stack.app, {})
    good = link_for(case, Purpose.REVIEW)
    assert reviewer.get(f"/review/{good}").ok
    middle = len(good) // 3
    wrong = [
        good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :],
        good[:-3],
        good.rpartition(".")[0],
        good + "x",
        "x" * 5000,
        link_for(case, Purpose.REVIEW, with_keys=["another-key-0123456789-0123456789-01"]),
        link_for(case, Purpose.NOT_ME),
        link_for(case, Purpose.PICKUP),
    ]
    for token in wrong:
        assert reviewer.get(f"/review/{token}").status_code in {404, 414}
        assert reviewer.post(f"/review/{token}", data={"decision": "approve"}).status_code in {404, 414}
    for token in (good, link_for(case, Purpose.PICKUP)):
        problem(owner.post(f"/not-me/{token}", data={"choice": "not_mine"}), 404)
    assert case.seen()["state"] == "in_review"


def test_a_pickup_link_opens_its_own_case_in_its_own_round_only(town: Town) -> None:
    case, other = town.approved(), town.approved()
    for key in (
        link_for(case, Purpose.REVIEW),
        link_for(case, Purpose.NOT_ME),
        link_for(other, Purpose.PICKUP),
        "x",
    ):
        assert case.person.get(f"/pickup/{case.id}?key={key}").status_code == 404
        problem(case.person.ask_for_pass(case.id), 403)
    case.person.get(f"/pickup/{case.id}?key={link_for(case, Purpose.PICKUP, round_=2)}")
    problem(case.person.ask_for_pass(case.id), 403)
    assert town.graph(case.person)["passes"] == []


def test_a_reviewer_cannot_decide_on_their_own_account(town: Town) -> None:
    """The guards park such a case anyway: this is the second bar."""
    reviewer = town.newcomer("reviewer")
    case = town.applies(reviewer)
    case.waits("attention")
    reviewer.sign_in("staff").raise_for_status()
    link = f"/review/{link_for(case, Purpose.REVIEW)}"

    problem(reviewer.post(link, data={"decision": "approve"}), 403)
    assert reviewer.get(f"{link}/photo").status_code in {403, 410}
    assert case.seen()["state"] == "attention"
    assert town.graph(reviewer)["passes"] == []


class Buttons(HTMLParser):
    """The forms of a page with what they would send if nobody chose anything."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("method", "get").upper(), given.get("action", ""), {}))
        elif tag in {"input", "button"} and self.forms and given.get("name"):
            chosen = given.get("type") not in {"radio", "checkbox"} or "checked" in given
            if chosen:
                self.forms[-1][2][given["name"]] = given.get("value", "")


def scan(link: str, app: str) -> None:
    """What a mail scanner does: GET and HEAD, twice and side by side, then press every button on the page."""
    with ThreadPoolExecutor(4) as pool:
        opened = list(
            pool.map(
                lambda method: requests.request(method, link, timeout=60), ["GET", "HEAD", "GET", "HEAD"]
            )
        )
    page = opened[0]
    found = Buttons()
    found.feed(page.text)
    for method, action, fields in found.forms:
        target = urljoin(page.url, action)
        if target.startswith(app):
            requests.request(method, target, data=fields, headers={"Origin": app}, timeout=60)


def test_a_scanner_that_opens_every_link_first_takes_nothing_from_the_human(town: Town) -> None:
    town.faults(mail={"scanner": True})
    case = town.in_review()
    app = town.stack.app
    for link in (case.review_link(), case.not_me_link()):
        scan(link, app)
    case.decide("approve")
    case.waits("approved")
    scan(case.link(case.address, f"/pickup/{case.id}"), app)
    case.opens_pickup()
    case.collects()
    town.registers(case.person)
    case.says_registered()
    case.waits("completed")

    assert case.code
    assert "stopping_started" not in case.events()
    assert "owner_confirmed" not in case.events()

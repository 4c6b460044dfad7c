"""The people of a journey and what they do, in words: each test has its own applicants, staff are shared."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from local.visitor import PATIENCE, LocalCloud, Visitor, eventually
from tests.stack import Stack

_LINK = re.compile(r"https?://[^\s\"'<>]+")


@dataclass
class Town:
    """One stack with everybody who works there."""

    stack: Stack
    codes: set[str] = field(default_factory=set, repr=False)
    """Every pass that was read on a screen in this run."""
    applicants: list[Visitor] = field(default_factory=list, repr=False)
    _staff: dict[tuple[str, int], Visitor] = field(default_factory=dict)

    @property
    def cloud(self) -> LocalCloud:
        """The local cloud's JSON door."""
        return self.stack.cloud

    def begin(self) -> None:
        """A Tuesday at 10:00, open, with nothing broken."""
        self.calm()
        self.at("2026-11-17T10:00:00+09:00")

    def at(self, moment: str) -> None:
        """Move the business clock; what became due has run."""
        self.cloud.set_clock(moment)

    def later(self, **span: float) -> None:
        """Move the business clock ahead by hours or minutes."""
        self.at((datetime.fromisoformat(self.cloud.now()) + timedelta(**span)).isoformat())

    def faults(self, **switches: object) -> None:
        """Put these faults in place of all others."""
        self.cloud.call("PUT", "/api/faults", switches)

    def calm(self) -> None:
        """No faults."""
        if self.cloud.call("GET", "/api/faults"):
            self.faults()

    def newcomer(self, kind: str = "student", *, signed_in: bool = True, **wanted: str) -> Visitor:
        """Somebody new in town, signed in with the password alone."""
        person = self.cloud.call("POST", "/api/people", {"kind": kind, **wanted})
        visitor = Visitor(self.stack.app, person)
        self.applicants.append(visitor)
        if signed_in:
            visitor.sign_in("applicant").raise_for_status()
        return visitor

    def staff(self, kind: str = "reviewer", number: int = 0) -> Visitor:
        """A member of staff of the start, signed in with MFA."""
        if (kind, number) not in self._staff:
            visitor = Visitor(self.stack.app, self.cloud.people(kind)[number])
            visitor.sign_in("staff").raise_for_status()
            self._staff[kind, number] = visitor
        return self._staff[kind, number]

    def card(self, visitor: Visitor) -> bytes:
        """The photo of a person's sample card."""
        return self.cloud.card(visitor.upn)

    def graph(self, visitor: Visitor) -> dict[str, Any]:
        """What the directory has of a person."""
        found: dict[str, Any] = self.cloud.call("GET", f"/api/graph/users/{visitor.upn}")
        return found

    def registers(self, visitor: Visitor, kind: str = "microsoftAuthenticator", **details: str) -> None:
        """The person registers a method."""
        self.cloud.call("POST", f"/api/graph/users/{visitor.upn}/methods", {"kind": kind, **details})

    def applies(self, visitor: Visitor | None = None, **fields: str) -> "Case":
        """Somebody applies with their card, and the door takes it."""
        person = visitor or self.newcomer()
        return self.applies_with(person, self.card(person), **fields)

    def applies_with(self, person: Visitor, photo: bytes, **fields: str) -> "Case":
        """Somebody applies with this photo, and the door takes it."""
        answer = person.apply(photo, **fields)
        assert answer.status_code == requests.codes.accepted, answer.text
        taken = answer.json()
        return Case(self, person, taken["id"], taken["reference"], taken)

    def in_review(self, visitor: Visitor | None = None, **fields: str) -> "Case":
        """A case that staff have on the table."""
        case = self.applies(visitor, **fields)
        case.waits("in_review")
        return case

    def approved(self, visitor: Visitor | None = None, **fields: str) -> "Case":
        """A case whose applicant may collect the pass."""
        case = self.in_review(visitor, **fields)
        case.decide("approve")
        case.waits("approved")
        return case

    def issued(self, visitor: Visitor | None = None, **fields: str) -> "Case":
        """A case whose applicant has the pass on the screen."""
        case = self.approved(visitor, **fields)
        case.opens_pickup()
        case.collects()
        return case

    def completed(self, visitor: Visitor | None = None) -> "Case":
        """A case whose applicant has registered a new method."""
        case = self.issued(visitor)
        self.registers(case.person)
        case.says_registered()
        case.waits("completed")
        return case


@dataclass
class Case:
    """One application and its applicant."""

    town: Town
    person: Visitor
    id: str
    reference: str
    taken: dict[str, Any]
    code: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """An address on file that the applicant can read."""
        return str(self.person.person["mail"][0])

    # What can be seen of it --------------------------------------------------------------------------------

    def seen(self) -> dict[str, Any]:
        """The case as staff see it."""
        answer = self.town.staff("operator").get(f"/staff/applications/{self.id}", json=True)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def true_state(self) -> str:
        """Its state as it is stored; empty while it is only asked for."""
        answer = self.town.staff("operator").get(f"/staff/applications/{self.id}", json=True)
        return str(answer.json()["state"]) if answer.ok else ""

    def events(self) -> list[str]:
        """Everything that has happened, by name."""
        return [each["event"] for each in self.seen()["history"]]

    def waits(self, *states: str) -> dict[str, Any]:
        """Wait until it truly has one of these states; the case as staff see it."""
        operator = self.town.staff("operator")
        last = {"state": "not saved"}

        def look() -> dict[str, Any] | None:
            nonlocal last
            answer = operator.get(f"/staff/applications/{self.id}", json=True)
            if not answer.ok:
                return None
            last = answer.json()
            return last if last["state"] in states else None

        try:
            return eventually(look, "")
        except AssertionError as missed:
            raise AssertionError(f"wanted {states}, still {last['state']}") from missed

    def waits_for(self, event: str, count: int = 1) -> None:
        """Wait until this has happened so often."""
        eventually(lambda: self.events().count(event) >= count or None, f"{count} x {event}")

    def page(self) -> str:
        """The status page as its applicant reads it, without tags."""
        return words(self.person.get(f"/applications/{self.id}").text)

    def mails(self, to: str) -> list[dict[str, Any]]:
        """Mails about this case to an address, oldest first."""
        return self.town.cloud.mails(to, self.reference)

    def all_mails(self) -> list[dict[str, Any]]:
        """All mails about this case, oldest first."""
        found: list[dict[str, Any]] = self.town.cloud.call("GET", "/api/mailbox")
        return [mail for mail in found if self.reference in mail["subject"]]

    def link(self, to: str, part: str, *, after: int = 0, seconds: float = PATIENCE) -> str:
        """The newest link with ``part`` in the mails about this case to an address; waits for it."""

        def look() -> str | None:
            found = [
                link
                for mail in self.mails(to)
                for link in _LINK.findall(unescape(mail["text"]))
                if part in link
            ]
            return found[-1] if len(found) > after else None

        return eventually(look, f"a link {part} for {to}", seconds=seconds)

    # What people do with it --------------------------------------------------------------------------------

    def review_link(self, number: int = 0, *, after: int = 0) -> str:
        """The reviewer's newest link."""
        return self.link(self.town.staff("reviewer", number).upn, "/review/", after=after)

    def decide(self, decision: str, *, by: int = 0, after: int = 0, **fields: str) -> requests.Response:
        """A reviewer decides through the newest link."""
        link = self.review_link(by, after=after)
        answer = self.town.staff("reviewer", by).post(link, data={"decision": decision, **fields})
        assert answer.status_code == requests.codes.accepted, answer.text
        return answer

    def not_me_link(self) -> str:
        """The owner's link."""
        return self.link(self.address, "/not-me/")

    def not_me(self) -> requests.Response:
        """The owner says that it was somebody else; no sign-in."""
        owner = Visitor(self.town.stack.app, {})
        answer = owner.post(self.not_me_link(), data={"choice": "not_mine"})
        assert answer.status_code == requests.codes.accepted, answer.text
        return answer

    def opens_pickup(self, *, after: int = 0) -> None:
        """Open the mailed pickup link: the browser is bound and sent on to the bare address."""
        link = self.link(self.address, f"/pickup/{self.id}", after=after)
        assert parse_qs(urlsplit(link).query)["key"]
        answer = self.person.get(link, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/pickup/{self.id}"), answer.text

    def asks(self) -> None:
        """Ask for the pass."""
        answer = self.person.ask_for_pass(self.id)
        assert answer.status_code == requests.codes.accepted, answer.text

    def collects(self) -> str:
        """Ask for the pass and read it on the screen."""
        self.asks()
        self.code = self.person.collect_pass(self.id)
        self.town.codes.add(self.code)
        return self.code

    def says_registered(self) -> None:
        """The applicant says that a new method is registered."""
        self.person.post(f"/applications/{self.id}/registered", data={}).raise_for_status()

    def operator(self, button: str) -> requests.Response:
        """An operator presses a button of the console."""
        return self.town.staff("operator").post(f"/staff/applications/{self.id}/{button}", data={})


def words(html: str) -> str:
    """The words of a page, as a person reads them."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def problem(answer: requests.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer with this status."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document

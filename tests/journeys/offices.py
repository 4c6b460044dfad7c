"""The offices of the town: clerks at their counters, and people who come with their cards."""

from dataclasses import dataclass
from typing import Any

from local.clerk import ClerkVisitor
from local.visitor import Visitor
from tests.journeys.town import Town


@dataclass
class Office:
    """The two offices of the town: engineering acts for 工学部 and 工学系研究科, letters for 文学部 and 教養学部."""

    town: Town
    engineering: ClerkVisitor
    letters: ClerkVisitor

    def newcomer(self, **wanted: str) -> Visitor:
        """A student of engineering, who has signed in nowhere."""
        return self.town.newcomer(signed_in=False, **wanted)

    def approved(self, person: Visitor, **fields: str) -> tuple[str, str]:
        """The clerk of engineering confirms who the person is: the case and the link on the slip."""
        case = self.engineering.opens(person.upn)
        return case, self.engineering.approves(case, **fields)

    def collects(self, person: Visitor, case: str, slip: str) -> str:
        """The person scans the slip with their own phone, signs in with the password and gets the pass."""
        answer = person.get(slip, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/pickup/{case}")
        person.sign_in(next_path=f"/pickup/{case}").raise_for_status()
        person.ask_for_pass(case).raise_for_status()
        code = person.collect_pass(case)
        self.town.codes.add(code)
        return code

    def seen(self, case: str) -> dict[str, Any]:
        """The case as an operator sees it."""
        answer = self.town.staff("operator").get(f"/staff/applications/{case}", json=True)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def events(self, case: str) -> list[str]:
        """Everything that has happened, by name."""
        return [each["event"] for each in self.seen(case)["history"]]

    def mails(self, case: str, to: str) -> list[str]:
        """Subjects of the mails about a case to an address."""
        reference = self.seen(case)["reference"]
        return [each["subject"] for each in self.town.cloud.mails(to, reference)]

    def passes(self, person: Visitor) -> list[str]:
        """Every pass that the person has."""
        return [each["value"] for each in self.town.graph(person)["passes"]]

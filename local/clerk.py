"""A clerk with a browser behind the counter of an office: for the demo and the journeys."""

from dataclasses import dataclass
from typing import Any

import requests

from local.visitor import Visitor, eventually


@dataclass
class ClerkVisitor(Visitor):
    """A clerk, signed in with MFA; speaks the JSON that the counter's pages answer scripts with."""

    def signed_in(self) -> "ClerkVisitor":
        """The same, after the sign-in."""
        self.sign_in("staff", "/office").raise_for_status()
        return self

    def look_up(self, account: str, **fields: str) -> requests.Response:
        """Type an account name and press the button."""
        return self.post("/office", data={"account": account} | fields)

    def opens(self, account: str) -> str:
        """Look an account up; the id of the case."""
        answer = self.look_up(account)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def counter(self, case: str) -> dict[str, Any]:
        """The case as its clerk sees it."""
        answer = self.get(f"/office/{case}", json=True)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def waits(self, case: str, *steps: str) -> dict[str, Any]:
        """Look again until the case has come so far."""
        last: dict[str, Any] = {}

        def look() -> dict[str, Any] | None:
            last.update(self.counter(case))
            return last if last["step"] in steps else None

        try:
            return eventually(look, "")
        except AssertionError as missed:
            raise AssertionError(f"wanted {steps}, still {last['step']}") from missed

    def confirm(self, case: str, **fields: str) -> requests.Response:
        """Say that everything was checked; ``fields`` differ from an ordinary confirmation, empty ones are left out."""
        ordinary = {
            "card": "student_card",
            "face": "on",
            "valid": "on",
            "reason": "broken",
            "language": "en",
        }
        given = {name: value for name, value in (ordinary | fields).items() if value}
        return self.post(f"/office/{case}/confirm", data=given)

    def approves(self, case: str, **fields: str) -> str:
        """Compare, confirm, wait for the approval; the link on the slip."""
        self.waits(case, "compare")
        self.confirm(case, **fields).raise_for_status()
        self.waits(case, "approved")
        return self.slip(case)

    def slip(self, case: str) -> str:
        """The pickup link on the newest slip."""
        answer = self.get(f"/office/{case}/slip", json=True)
        answer.raise_for_status()
        return str(answer.json()["link"])

    def prints_again(self, case: str) -> str:
        """Print once more; the link on the new slip."""
        self.post(f"/office/{case}/slip", data={}).raise_for_status()
        self.waits(case, "approved", "issued")
        return self.slip(case)

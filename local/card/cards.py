"""The My Number Cards of the sample people: what is printed on them, and who they are to each client (PPID)."""

import hashlib
from dataclasses import dataclass

from local import people
from local.people import Person

_SPACE = "\u3000"
_NAMES: dict[str, str | None] = {
    "00000101": "見本太郎",  # plain, without a space
    "00000102": "見本\u3000花子",  # the ideographic space between the names
    "00000103": "例\u7530\U000e0101\u3000\ufa11\u4e00\U00020bb7",  # a variation selector, U+FA11, a character beyond 16 bits
    "00000105": "試野\u3000" + "寿限無" * 20 + "健",
    "00000106": "シノ\u3000ミドリ",
    "00000107": "O'SAMPLE ANNE",
    "00000201": "見本\u3000花子",  # the same as another person's
    "00000202": None,  # the provider delivers no name
}
"""By employee id: the forms that printed names take (identity-verification.md 8). Everybody else's is the directory's."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a card tells; the other attributes only when they are asked for, in the odd formats of identity-verification.md 4."""

    upn: str
    name: str | None
    birthdate: str
    gender: str
    address: str


class Cards:
    """Every sample person has a card. A certificate that lapsed and was issued anew makes a stranger of its holder."""

    def __init__(self) -> None:
        self._issues: dict[str, int] = {}

    def of(self, person: Person) -> Card:
        """The card of a person."""
        number = int(person.employee_id)
        printed = _NAMES.get(person.employee_id, person.name.replace(" ", _SPACE))
        return Card(
            upn=person.upn,
            name=printed,
            birthdate=f"{1970 + number % 35}{1 + number % 12:02}{1 + number % 28:02}",
            gender=str(1 + number % 2),
            address=f"東京都文京区見本{number % 9 + 1}丁目{number % 20 + 1}番{number % 30 + 1}号",
        )

    def subject(self, person: Person, client_id: str) -> str:
        """`sub`: pairwise, so it differs from client to client; the same over renewals of card and phone."""
        said = f"{person.oid}|{client_id}|{self.issue(person)}"
        return hashlib.sha256(said.encode()).hexdigest()

    def issue(self, person: Person) -> int:
        """How often the certificate was issued anew after it had lapsed or been revoked."""
        return self._issues.get(person.oid, 0)

    def reissue(self, person: Person) -> int:
        """The certificate lapsed and is issued anew: from now on every client sees another `sub`."""
        self._issues[person.oid] = self.issue(person) + 1
        return self._issues[person.oid]

    def snapshot(self) -> dict[str, int]:
        """What outlives a run."""
        return dict(self._issues)

    def restore(self, kept: dict[str, int]) -> None:
        """Take up what an earlier run left."""
        self._issues = {oid: count for oid, count in kept.items() if people.find(oid) is not None}

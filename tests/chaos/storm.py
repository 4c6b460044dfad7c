"""One round of chaos: people on their way, processes killed at seeded moments, faults of the world outside, and the reckoning."""

import random
import time
from dataclasses import dataclass, field
from datetime import timedelta

from tests.chaos.house import House
from tests.chaos.people import Desk, Walk
from tests.chaos.reckoning import Books, read_books

_QUIET_SECONDS = 90.0
_FAULTS: tuple[dict[str, object], ...] = (
    {"graph": {"status": 503, "times": 3}},
    {"graph": {"status": 429, "retry_after": 1, "times": 2}},
    {"graph": {"slow": 2.0, "times": 3}},
    {"graph": {"drop": "before", "times": 2}},
    {"graph": {"drop": "after", "times": 2}},
    {"graph": {"status": 500, "done": True, "times": 1, "operation": "POST temporaryAccessPassMethods"}},
    {"graph": {"truncate": True, "times": 2}},
    {"mail": {"status": 429, "retry_after": 1, "times": 3}},
    {"mail": {"drop": "after", "times": 2}},
    {"mail": {"status": 503, "times": 2}},
    {},
)
"""What happens outside meanwhile, one after the other."""


@dataclass
class Storm:
    """The people and the weather of one round; the same seed kills the same processes after the same pauses."""

    house: House
    seed: int
    people: int
    accepted: dict[str, str] = field(default_factory=dict)
    faults: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        desk = Desk(self.house)
        self.walks = [
            Walk(self.house, person, desk, self.accepted) for person in self.house.people(self.people)
        ]
        self._threads = [each.begin() for each in self.walks]

    def over(self) -> bool:
        """Whether everybody has arrived or given up."""
        return not any(thread.is_alive() for thread in self._threads)

    def rage(self, kills: int) -> None:
        """Kill hosts, one at a time, each started again after a moment; the business clock goes on between."""
        for _ in range(kills):
            fault = self._chance.choice(_FAULTS)
            self.faults += bool(fault)
            self.house.faults(**fault)
            time.sleep(self._chance.uniform(0.2, 3.0))
            victim = self._chance.choice((self.house.web, *self.house.workers))
            victim.kill()
            time.sleep(self._chance.uniform(0.0, 0.5))
            victim.start()
            if self._chance.random() < 0.5:
                self.house.at(self.house.now() + timedelta(minutes=self._chance.choice((1, 2, 4))))

    def storage_stops(self) -> None:
        """Storage ends in order and is there again a moment later, with the same data."""
        self.house.storage.stop()
        self.pause(longest=2.0)
        self.house.storage.start()

    def pause(self, longest: float) -> None:
        """Wait for a seeded while, up to so many seconds."""
        time.sleep(self._chance.uniform(0.2, longest))

    def calm_down(self) -> None:
        """Faults off, the clock goes on, until everybody has arrived and nothing is under work."""
        self.house.faults()
        until = time.monotonic() + _QUIET_SECONDS
        while not self.over() and time.monotonic() < until:
            time.sleep(1.5)
            self.house.later(minutes=1)
        settle(self.house)

    def left_over(self) -> list[str]:
        """What is still there 120 days later."""
        for _ in range(2):
            self.house.later(days=60)
            time.sleep(1.0)
        settle(self.house)
        return read_books(self.house.settings.storage).left_over(self.accepted, self.house.now())

    def wrong(self) -> list[str]:
        """Everything that should not be."""
        found = [
            f"{each.visitor.upn} {each.failure or each.stage}" for each in self.walks if each.stage != "done"
        ]
        books = read_books(self.house.settings.storage)
        now = self.house.now()
        found += books.unsettled(now) + books.wrong(self.accepted)
        for each in self.walks:
            found += wrong_passes(self.house, books, each)
        return found


def settle(house: House) -> None:
    """Let the clock go on until nothing is under work; what a dead process had begun is due after 11 minutes at the latest."""
    until = time.monotonic() + _QUIET_SECONDS
    while time.monotonic() < until:
        house.later(minutes=4)
        if not read_books(house.settings.storage).unsettled(house.now()):
            return
        time.sleep(1.0)


def wrong_passes(house: House, books: Books, walk: Walk) -> list[str]:
    """A live pass is the one that an open case has on record, and there is no other."""
    known = house.cloud.call("GET", f"/api/graph/users/{walk.visitor.upn}")
    live = {each["id"] for each in known["passes"] if each["isUsable"]}
    kept = {
        each.application.current_pass.id
        for each in books.cases.values()
        if each.application.upn == walk.visitor.upn
        and not each.application.terminal
        and each.application.current_pass is not None
    }
    return [f"{walk.visitor.upn}: a live pass that no case has on record"] if live - kept else []

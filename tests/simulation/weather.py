"""What goes wrong in one run: kinds, how often, how many times; drawn from the seed, counted as it strikes."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final


class Fault(StrEnum):
    """Kinds of faults."""

    CRASH_BEFORE = "crash before a call"
    CRASH_AFTER = "crash after the effect, before the answer"
    UNAVAILABLE = "call refused for now (429, 503)"
    LOST_ANSWER = "answer lost after the effect"
    FORBIDDEN = "call refused for good (403)"
    PAUSE = "call that takes long"
    LATE_AND_DEAD = "call that takes long, and the process dies behind it"
    FREEZE = "process that stands still"
    OUTAGE = "outage of Graph, mail or storage"
    CLOCK_JUMP = "clock of a process that jumps"
    DOUBLED = "queue message delivered twice"
    DELAYED = "queue message delayed or overtaken"
    LOST_HINT = "queue message lost"
    LEASE_LOST = "lease of a queue message expired"
    TIMED_OUT = "process killed at the function timeout"
    REFUSED_MAIL = "mail refused for good"
    DEFERRED_MAIL = "mail taken hours later"


STRIKES: Final = {
    Fault.CRASH_BEFORE: 4,
    Fault.CRASH_AFTER: 4,
    Fault.UNAVAILABLE: 3,
    Fault.LOST_ANSWER: 4,
    Fault.FORBIDDEN: 1,
    Fault.PAUSE: 4,
    Fault.LATE_AND_DEAD: 2,
    Fault.FREEZE: 2,
    Fault.OUTAGE: 1,
    Fault.CLOCK_JUMP: 1,
}
"""What can strike at a call of a port, and how often compared with the others."""

_FOCUS: Final = (
    frozenset({"passes"}),
    frozenset({"passes", "sessions", "methods", "applications"}),
    frozenset({"applications", "due"}),
    frozenset({"mailer", "budget"}),
    frozenset({"locks", "applications"}),
    frozenset({"inbox", "photos", "hints"}),
    frozenset({"directory", "switches", "staff_tokens"}),
)

MARGIN: Final = 60.0
"""Seconds within which pauses, skew and lag together stay in a disciplined run: less than the margin before a deadline."""


@dataclass
class Weather:
    """The faults of one run.

    Attributes:
        rate: Chance that a call is struck.
        left: How many strikes are left.
        kinds: What strikes, with weights; empty on a calm day.
        disciplined: Whether pauses, skew and lag stay within what the deadlines allow for.
        longest_pause: In seconds.
        skew: Most seconds by which a process's clock is wrong.
        lag: Most seconds by which what Graph lists is old.
        doubled: Chance that a queue message is delivered twice.
        delayed: Chance that it comes late.
        lost: Chance that it never comes.
        refused_mail: Chance that an address refuses all mail for some hours.
        focus: Ports that alone are struck; empty: all.
    """

    rate: float = 0.0
    left: int = 0
    kinds: dict[Fault, int] = field(default_factory=dict)
    disciplined: bool = True
    longest_pause: float = 20.0
    skew: float = 0.0
    lag: float = 0.0
    doubled: float = 0.0
    delayed: float = 0.0
    lost: float = 0.0
    refused_mail: float = 0.0
    focus: frozenset[str] = frozenset()
    struck: Counter[Fault] = field(default_factory=Counter)

    @property
    def calm(self) -> bool:
        """Whether nothing at all went wrong so far."""
        return not self.struck

    def strike(self, kind: Fault) -> Fault:
        """Count one."""
        self.struck[kind] += 1
        return kind

    def clear_up(self) -> None:
        """From now on nothing goes wrong any more."""
        self.left = 0
        self.rate = self.skew = self.lag = self.doubled = self.delayed = self.lost = 0.0


def draw(dice: Random) -> Weather:
    """The weather of a run: one run in eight is calm, the others have some kinds of faults, rarely all."""
    if dice.random() < 0.125:
        return Weather()
    kinds = {kind: weight for kind, weight in STRIKES.items() if dice.random() < 0.5}
    disciplined = dice.random() < 0.5
    focus = dice.choice(_FOCUS) if dice.random() < 0.5 else frozenset()
    minutes = dice.choice((1.0, 3.0, 12.0, 240.0, 3000.0))
    some = dice.random
    return Weather(
        rate=dice.choice((0.1, 0.3) if focus else (0.005, 0.02, 0.05)) if kinds else 0.0,
        left=dice.choice((1, 2, 4, 12)),
        kinds=kinds,
        disciplined=disciplined,
        longest_pause=MARGIN / 3 if disciplined else minutes * 60,
        skew=0.0 if some() < 0.6 else (5.0 if disciplined else dice.choice((30.0, 200.0))),
        lag=0.0 if some() < 0.6 else dice.choice((3.0, 15.0)),
        doubled=0.0 if some() < 0.4 else 0.3,
        delayed=0.0 if some() < 0.4 else 0.3,
        lost=0.0 if some() < 0.6 else 0.15,
        refused_mail=0.0 if some() < 0.8 else 0.4,
        focus=focus,
    )

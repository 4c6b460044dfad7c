"""What a flag asks for by the university's policy: a second approver, a security delay, or the office.

Policy answers what a *password* proves. Where the person was there, with a card that somebody or something read, most flags are
answered already:

- At the counter no delay is added and nobody is sent to the office, where they are. A recent change of the password is what the
  office itself may have done a moment ago. A flag for which a second approver is wanted asks a reviewer besides the clerk;
  repeated tries do not, since being refused elsewhere is what brings people to the counter.
- The card proves the person by itself, and its password is never asked for: only the owner's "not me" matters
  (``verifying.precheck``), so a changed password does not silently close this way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.accounts import GuardResult
from shared.domain.application import Application
from shared.domain.case_parts import FlagFact
from shared.domain.kinds import Channel, Flag, Guard
from shared.domain.rules import Rules

COUNTER_RISKS: frozenset[Flag] = frozenset({Flag.EARLIER_CONTEST})
"""What makes a clerk's confirmation not enough, whatever is set."""
ANSWERED_AT_COUNTER: frozenset[Flag] = frozenset({Flag.REPEATED_APPLICATIONS})
"""What brings people to the counter, and so asks nobody else there."""

_BY_PASSWORD: frozenset[Channel] = frozenset({Channel.FORM, Channel.WEBSITE})


class Consequence(StrEnum):
    """What a flag may ask for."""

    SECOND_APPROVER = "second_approver"
    COOLING_OFF = "cooling_off"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class ExplainedFlag:
    """A flag as staff are shown it: what is known, and what it asks for in this case."""

    fact: FlagFact
    consequences: tuple[Consequence, ...] = ()


def needed_approvals(application: Application, rules: Rules) -> int:
    """How many people must approve; what was asked for once is never taken back."""
    asked = 2 if rules.second_approver_for & set(application.flags) else 1
    return max(asked, application.needs)


def asks_besides_clerk(flags: Iterable[Flag], rules: Rules) -> bool:
    """Whether a reviewer must approve besides the clerk at the counter."""
    return bool(_at_counter(rules) & set(flags))


def cools_off(application: Application, rules: Rules) -> bool:
    """Whether an approved case waits for the security delay, in which the account's owner may say no."""
    return application.channel in _BY_PASSWORD and bool(rules.cooling_off_for & set(application.flags))


def in_person_only(application: Application, rules: Rules) -> bool:
    """Whether no reviewer may approve: only the office or the card helps this person."""
    return application.channel in _BY_PASSWORD and bool(rules.office_for & set(application.flags))


def policy_guard(application: Application, rules: Rules) -> GuardResult:
    """The same as a guard, asked again before a pass is made."""
    return GuardResult(Guard.IN_PERSON_ONLY, passed=not in_person_only(application, rules))


def explained(application: Application, rules: Rules) -> tuple[ExplainedFlag, ...]:
    """Every flag of a case with what is known and what it asks for; cases of an earlier version have the flag alone."""
    facts = {each.flag: each for each in application.flag_facts}
    return tuple(
        ExplainedFlag(facts.get(flag, FlagFact(flag)), _consequences(flag, application.channel, rules))
        for flag in application.flags
    )


def _at_counter(rules: Rules) -> frozenset[Flag]:
    return COUNTER_RISKS | (rules.second_approver_for - ANSWERED_AT_COUNTER)


def _consequences(flag: Flag, channel: Channel, rules: Rules) -> tuple[Consequence, ...]:
    if channel is Channel.IDENTITY_VERIFICATION:
        return ()
    if channel is Channel.OFFICE:
        return (Consequence.SECOND_APPROVER,) if flag in _at_counter(rules) else ()
    asked = {
        Consequence.SECOND_APPROVER: rules.second_approver_for,
        Consequence.COOLING_OFF: rules.cooling_off_for,
        Consequence.OFFICE: rules.office_for,
    }
    return tuple(each for each, flags in asked.items() if flag in flags)

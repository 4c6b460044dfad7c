"""Mutants of what a university sets: what a flag asks for, and how many passes the service makes."""

from typing import Final

from tests.simulation.mutant import mutant as _m

POLICY: Final = (
    _m(
        "no flag sends anybody to the office",
        "shared.domain.flag_policy:in_person_only",
        "return application.channel in _BY_PASSWORD and",
        "return False and",
        "flags_send_to_the_office",
        within=1500,
    ),
    _m(
        "no flag makes anybody wait",
        "shared.domain.flag_policy:cools_off",
        "return application.channel in _BY_PASSWORD and",
        "return False and",
        "flags_make_people_wait",
        within=400,
    ),
    _m(
        "the delay does not count from the notice",
        "shared.domain.step_facts:cooled_at",
        "return max(due, accepted + rules.cooling_off)",
        "return due",
        "the_delay_counts_from_the_notice",
        within=200,
    ),
    _m(
        "no flag asks for a second person",
        "shared.domain.flag_policy:needed_approvals",
        "asked = 2 if rules.second_approver_for & set(application.flags) else 1",
        "asked = 1",
        "a_valid_decision",
        within=400,
    ),
    _m(
        "no place is taken before the claim",
        "shared.domain.step_of_brake:surge_at_claim",
        "lacking = missing(case, Need.PLACE)",
        "return None",
        "the_surge_limit_holds",
        within=20,
    ),
    _m(
        "the limit is not looked at",
        "shared.domain.surge:PassMeter.full_until",
        "if self.hour_made >= limits.per_hour:",
        "if False:",
        "the_surge_limit_holds",
        within=400,
    ),
    _m(
        "passes are counted without the ETag",
        "tests.fakes.memory_guards:MemoryPassMeters.write",
        'if meter.version != (self.meter.version if self.meter else ""):',
        "if False:",
        "the_surge_limit_holds",
        within=800,
    ),
    _m(
        "whoever's clock goes behind begins the hour anew",
        "shared.domain.surge:PassMeter.rolled",
        "if not -CLOCKS_APART <= now - meter.hour_from < _HOUR:",
        "if not timedelta(0) <= now - meter.hour_from < _HOUR:",
        "the_surge_limit_holds",
        within=400,
    ),
)
"""In the order of the road."""

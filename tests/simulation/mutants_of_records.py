"""Mutants of the audit trail: what is not written down, or not kept where nobody can change it."""

from typing import Final

from tests.simulation.mutant import mutant as _m

RECORDS: Final = (
    _m(
        "the pass is made before its claim is on record",
        "shared.domain.step_of_pass:step_issuing",
        "return record_claim(case, application, now, rules) or MintPass(application)",
        "return MintPass(application)",
        "no_record_no_pass",
    ),
    _m(
        "no head is kept outside",
        "shared.domain.next_step:next_step",
        "or keep_head(case, application, now, rules)",
        "",
        "the_trail_holds",
    ),
    _m(
        "events do not follow each other",
        "shared.domain.audit:linked",
        "number=number, previous=previous",
        "number=number, previous=''",
        "the_trail_holds",
    ),
)
"""In the order of the road."""

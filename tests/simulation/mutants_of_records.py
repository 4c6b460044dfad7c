"""Mutants of what is written down: the audit trail, that an owner said "not me", who turned the switch, what is forgotten."""

from typing import Final

from tests.simulation.mutant import mutant as _m

RECORDS: Final = (
    _m(
        "the pass is made before its claim is on record",
        "shared.domain.step_of_pass:step_issuing",
        "return record_claim(case, application, now, rules) or MintPass(application)",
        "return MintPass(application)",
        "no_record_no_pass",
        within=20,
    ),
    _m(
        "no head is kept outside",
        "shared.domain.next_step:next_step",
        "or keep_head(case, application, now, rules)",
        "",
        "the_trail_holds",
        within=20,
    ),
    _m(
        "events do not follow each other",
        "shared.domain.audit:linked",
        "number=number, previous=previous",
        "number=number, previous=''",
        "the_trail_holds",
        within=20,
    ),
    _m(
        "a block stops nobody",
        "shared.domain.blocking:heeds_block",
        "return application.channel is not Channel.OFFICE",
        "return False",
        "the_account_is_not_blocked",
        within=3000,
    ),
    _m(
        "a not me is not written to the lock",
        "shared.services.keep_block:keep_contest",
        "if contested.id not in lock.blocked_by:",
        "if False:",
        "a_not_me_blocks",
        within=400,
    ),
    _m(
        "whoever asks lifts a block",
        "shared.domain.staff:Decider.may_operate",
        "if self.staff is None or Role.OPERATOR.value not in self.staff.roles:",
        "if self.staff is None:",
        "blocks_are_lifted_by_people",
        within=1500,
    ),
    _m(
        "whoever asks turns the freeze switch",
        "shared.services.tend_freeze:_tend",
        "if staff is None or Role.OPERATOR.value not in staff.roles:",
        "if staff is None:",
        "the_switch_is_turned_by_operators",
        within=400,
    ),
    _m(
        "what people typed is kept",
        "shared.domain.erasing:_details",
        '"details": "",',
        "",
        "nothing_of_a_person_is_left",
        within=400,
    ),
    _m(
        "the fields of requests are kept",
        "shared.domain.erasing:rows_of",
        "bodies=Erasure.DETAILS in parts,",
        "bodies=False,",
        "nothing_of_a_person_is_left",
        within=20,
    ),
    _m(
        "tokens are kept",
        "shared.domain.erasing:rows_of",
        "evidence=Erasure.EVIDENCE in parts,",
        "evidence=False,",
        "nothing_of_a_person_is_left",
        within=20,
    ),
    _m(
        "nobody is ever forgotten",
        "shared.domain.erasing:due_erasures",
        "if not application.terminal:",
        "if True:",
        "nothing_of_a_person_is_left",
        "somebody_will_come",
        within=20,
    ),
    _m(
        "the lock of an account of which nothing is known is kept",
        "shared.services.erase_data:_forget_lock",
        "await ports.locks.forget(lock)",
        "return",
        "nothing_of_a_person_is_left",
        within=20,
    ),
)
"""In the order of the road."""

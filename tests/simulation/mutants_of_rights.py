"""Mutants that believe, permit or reveal something: decisions, evidence, links, the pass itself."""

from typing import Final

from tests.simulation.mutant import mutant as _m

RIGHTS: Final = (
    _m(
        "the pass is kept readable",
        "shared.services.issue_pass:_seal",
        "sealed = ports.sealer.seal(attempt.public_key, minted.code)",
        "sealed = minted.code",
        "nobody_can_read_the_pass",
        "no unexpected error",
    ),
    _m(
        "the pass is logged",
        "shared.services.issue_pass:_seal",
        "return Minted(attempt.number, minted.id, sealed, minted.expires_at)",
        "__import__('logging').getLogger('shared').warning('made %s', minted.code)\n"
        "    return Minted(attempt.number, minted.id, sealed, minted.expires_at)",
        "nobody_can_read_the_pass",
    ),
    _m(
        "the same reviewer counts twice",
        "shared.domain.staff:bar_to_decide",
        "if each.oid == staff.oid or (employee_id and each.employee_id == employee_id):",
        "if False:",
        "a_valid_decision",
    ),
    _m(
        "a second account of the same person counts",
        "shared.domain.staff:bar_to_decide",
        "if each.oid == staff.oid or (employee_id and each.employee_id == employee_id):",
        "if each.oid == staff.oid:",
        "a_valid_decision",
    ),
    _m(
        "people approve themselves",
        "shared.domain.staff:bar_to_decide",
        "if staff.oid == application.subject or same_person:",
        "if False:",
        "a_valid_decision",
    ),
    _m(
        "the operator who touched a case approves it",
        "shared.domain.staff:bar_to_decide",
        "if set(Decider(staff, employee_id).marks) & set(application.operators):",
        "if False:",
        "a_valid_decision",
    ),
    _m(
        "the role is not looked at",
        "shared.domain.staff:bar_to_decide",
        "if Role.REVIEWER.value not in staff.roles:",
        "if False:",
        "a_valid_decision",
    ),
    _m(
        "a token's life is not looked at",
        "tests.fakes.plain_security:PlainStaffTokens.verify",
        "if start <= stamped_at <= end",
        "if True",
        "a_valid_decision",
    ),
    _m(
        "what a row calls itself is believed",
        "shared.services.verify_evidence:gather_decider",
        "if proof is not None and proof.evidence:",
        "from shared.domain.staff import StaffIdentity\n"
        "    staff = StaffIdentity(request.body.get('oid', 'rei'), '', frozenset({'Reviewer', 'Operator'}))\n"
        "    if False:",
        "a_valid_decision",
    ),
    _m(
        "one approval is enough although two are wanted",
        "shared.domain.deciding:_approve",
        "if len(approved.approvals) < approved.needs:",
        "if False:",
        "a_valid_decision",
    ),
    _m(
        "no second approver, and no delay",
        "shared.domain.deciding:cool_off_without_second",
        'return _cool_off(application, "", now, rules, party=Party.SYSTEM)',
        'return _approved(application, now, rules, party=Party.SYSTEM, actor="")',
        "a_valid_decision",
    ),
    _m(
        "a clerk confirms beyond the office's scope",
        "shared.domain.staff:bar_at_counter",
        "if not any(theirs & frozenset(map(fold, names)) for names in given):",
        "if False:",
        "a_valid_decision",
    ),
    _m(
        "a risk flag at the counter asks nobody",
        "shared.domain.deciding:decide_at_counter",
        "if not asks_besides_clerk(known.flags, rules):",
        "if True:",
        "a_valid_decision",
    ),
    _m(
        "a card's token counts for any verification",
        "tests.fakes.plain_security:PlainCardTokens.verify",
        "made_for == verification and young",
        "young",
        "a_valid_decision",
    ),
    _m(
        "an old verification counts",
        "tests.fakes.plain_security:PlainCardTokens.verify",
        "made_for == verification and young",
        "made_for == verification",
        "a_valid_decision",
    ),
    _m(
        "a young link is used at once",
        "shared.domain.deciding:decide_by_card",
        "if now >= ripe:",
        "if True:",
        "a_valid_decision",
    ),
    _m(
        "the passes of a day are not counted",
        "shared.domain.step_of_card:pickup_bar",
        "if case.found.card_passes >= rules.card_passes_per_day:",
        "if False:",
        "a_valid_decision",
    ),
    _m(
        "another pass is left alone",
        "shared.domain.step_of_pass:_of_live_pass",
        "if foreign:",
        "if False:",
        "a_foreign_pass_is_found",
        "a_shown_pass_is_live",
    ),
    _m(
        "the pass is deleted after it was made",
        "shared.services.issue_pass:issue_pass",
        "return await _seal(application, attempt, minted, ports)",
        "await ports.passes.delete(application.subject, minted.id)\n"
        "    return await _seal(application, attempt, minted, ports)",
        "a_shown_pass_is_live",
    ),
    _m(
        "typed addresses get the link",
        "shared.domain.addressees:to_applicant",
        "with_link=application.contact_confirmed",
        "with_link=True",
        "links_go_to_trusted_addresses",
    ),
    _m(
        "a confirmed address gets the link without delay",
        "shared.domain.deciding:_approve",
        "if confirmed and not in_person and not approved.contact_on_file:",
        "if False:",
        "links_go_to_trusted_addresses",
    ),
    _m(
        "any session may collect",
        "shared.services.collect_pass:_same_session",
        "if session != collector.session:",
        "if False:",
        "only the browser that asked can read the pass",
    ),
    _m(
        "a request is erased before it is answered",
        "shared.domain.next_step:_before_the_first_commit",
        "if submits:",
        "if submits and now.microsecond % 7 == 0:\n        return EraseRequests(tuple(submits))\n    if submits:",
        "every_application_is_accounted_for",
    ),
    _m(
        "the hint is the only wake-up of a request",
        "shared.services.wake_due:wake_due",
        "elif not _fresh(request):",
        "elif False:",
        "nothing_waits_in_the_inbox",
        "every_application_is_accounted_for",
    ),
    _m(
        "operators are not told",
        "shared.domain.closing:need_attention",
        "*to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=1_000_000 + parked.interventions)",
        "",
        "every_application_is_accounted_for",
    ),
    _m(
        "answered requests stay in the inbox",
        "shared.domain.next_step:next_step",
        "if case.answered:",
        "if False:",
        "nothing_waits_in_the_inbox",
    ),
)
"""In the order of the road."""

"""Small faults put into the services on purpose: for each invariant at least one that it must catch.

A mutant is a piece of a function's text that is replaced by another one. The function's code is exchanged where it is, so that
everybody who imported it meets the mutant; nothing is written to the disk.
"""

import __future__

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault.

    Attributes:
        name: What is wrong with it.
        where: Module and qualified name of the function.
        old: Text that is replaced.
        new: What it is replaced by.
        caught_by: Invariants that are there for it; any of them counts.
        within: Schedules within which it must be caught.
    """

    name: str
    where: str
    old: str
    new: str
    caught_by: tuple[str, ...]
    within: int = 4000


def _m(name: str, where: str, old: str, new: str, *caught_by: str, within: int = 4000) -> Mutant:
    return Mutant(name, where, old, new, caught_by, within)


_STORE: Final = "tests.simulation.storage:ValueApplications"
MUTANTS: Final = (
    _m("a save drops the ETag", f"{_STORE}.changed", "present.version != before.version", "False",
       "every_change_has_its_event", "one_open_application", "no unexpected error", "one_pass_an_attempt",
       "every_mail_was_sent", "every_application_is_accounted_for", "somebody_will_come"),
    _m("the due row is written after the save", "shared.services.look_at:_Look._commit",
       "wake = await self._guard(change)", "wake = None", "somebody_will_come"),
    _m("the due row that guards is erased", "shared.services.look_at:_Look.rest",
       "if each.key != keep", "if True", "somebody_will_come"),
    _m("guards are not asked before the pass", "shared.domain.step_of_pass:_claim",
       "if refused((*guards, notified)):", "if refused((notified,)):", "the_guards_passed"),
    _m("guards are not asked at all", "shared.domain.accounts:refused", "if not each.passed", "if False",
       "the_guards_passed"),
    _m("the freeze switch is not read", "shared.domain.step_of_lock:guards_of",
       "frozen=bool(case.found.frozen)", "frozen=False", "the_guards_passed"),
    _m("no notice is wanted before the pass", "shared.domain.step_facts:owner_notified",
       "passed=notice_accepted_at(case) is not None", "passed=True", "the_owner_was_told"),
    _m("a pass is not deleted after its record failed", "shared.domain.next_step:_settle_minted",
       "return None if case.found.unreachable else DeletePasses((outcome.pass_id,))", "return None",
       "a_pass_is_recorded_or_gone", "no_pass_outlives_its_case"),
    _m("an attempt is tried again after a lost answer", "shared.services.look_at:_Look._act_on_account",
       "self._found.claimed = 0", "pass", "one_pass_an_attempt", "no endless look"),
    _m("the pass is made once more after a lost answer", "shared.services.issue_pass:issue_pass",
       "return await _clear_up(application, attempt, ports)",
       "minted = await ports.passes.create(application.subject, minutes=account.pass_minutes, one_time=True)",
       "one_pass_an_attempt"),
    _m("stopping does not delete the recorded pass", "shared.domain.step_of_pass:step_stopping",
       "if case.found.passes is None:", "return Commit(closing.stopped(application, now, rules))\n    if case.found.passes is None:",
       "no_recorded_pass_after_the_end", "no_pass_outlives_its_case"),
    _m("stopping ends without looking for passes", "shared.domain.step_of_pass:step_stopping",
       "current = application.current_pass", "return Commit(closing.stopped(application, now, rules))",
       "no_recorded_pass_after_the_end", "no_pass_outlives_its_case"),
    _m("stopping does not wait for the deadline of the claim", "shared.domain.step_of_pass:step_stopping",
       "now < application.attempt.deadline", "False", "no_pass_outlives_its_case"),
    _m("an interrupted attempt is given up without looking for its pass", "shared.domain.step_of_pass:step_issuing",
       "if case.found.passes:", "if False:", "a_pass_is_recorded_or_gone", "no_pass_outlives_its_case"),
    _m("released one minute early", "shared.domain.step_by_state:_held",
       "now < application.due_at:\n        return None\n    if not rules.calendar.is_open(now):",
       "now < application.due_at - __import__('datetime').timedelta(minutes=1):\n        return None\n    if False:",
       "nothing_before_opening"),
    _m("not held at all", "shared.domain.reviewing:enter_queue", "if now < opening:", "if False:",
       "nothing_before_opening"),
    _m("a mail that the service refused for now counts as sent", "shared.services.send_mails:_hand_over",
       "except UnavailableError as error:\n        return None, ports.clock.now() + timedelta(seconds=error.retry_after or TRY_AGAIN.total_seconds())",
       "except UnavailableError as error:\n        return mail.sent(ports.clock.now()), None",
       "every_mail_was_sent"),
    _m("mails are marked before they are sent", "shared.services.send_mails:_send_one",
       "return await _hand_over(message, mail, snapshot.application, ports)",
       "marked = [mail.sent(ports.clock.now())]\n    await ports.applications.mark_mails(snapshot, marked)\n"
       "    return await _hand_over(message, mail, snapshot.application, ports)",
       "every_mail_was_sent"),
    _m("sent mails are not marked", "shared.services.send_mails:send_mails",
       "marked = await _mark(snapshot, [*skipped, *done], ports)", "marked = await _mark(snapshot, skipped, ports)",
       "every_mail_was_sent", "no endless look"),
    _m("mails to staff are forgotten when the budget is short", "shared.services.send_mails:_send_allowed",
       "return allowance.again_at", "return None", "somebody_will_come", "every_mail_was_sent", "no endless look"),
    _m("a move without its event", "shared.domain.deciding:cool_off_without_second",
       "return _cool_off(application, \"\", now, rules, party=Party.SYSTEM)",
       "return replace(_cool_off(application, \"\", now, rules, party=Party.SYSTEM), events=())",
       "every_change_has_its_event"),
    _m("photos stay", "shared.domain.next_step:_photos", "names = set(application.discarded)", "return None",
       "nothing_outlives_its_time", "somebody_will_come"),
    _m("a photo that nobody claimed stays", "shared.domain.next_step:_before_the_first_commit",
       "if set(names) - case.found.photos_erased:", "if False:", "nothing_outlives_its_time"),
    _m("old methods go before a new one is there", "shared.domain.issuing:removes_before_issuing",
       "application.reason is Reason.STOLEN and", "",
       "old_methods_stay_until_there_is_a_new_one"),
    _m("any method counts as new", "shared.domain.issuing:new_methods", "and each.identity not in before", "",
       "old_methods_stay_until_there_is_a_new_one"),
    _m("the lock of an open case is taken over", "shared.services.gather_facts:take_lock",
       "if holder is not None and holder.application.open:", "if False:", "one_open_application"),
    _m("the lock is taken over without its ETag", "tests.fakes.memory_guards:MemoryAccountLocks.replace",
       "if present is None or present.version != lock.version:", "if False:", "one_open_application"),
    _m("the lock of a case that is over is not given back", "shared.services.gather_facts:take_lock",
       "if holder is not None and holder.application.open:", "if holder is not None:", "no_lock_is_jammed"),
    _m("the worker does not wait for the case that gives way", "shared.domain.step_of_lock:take_lock",
       "return None if other.state is State.STOPPING else Supersede(lock.holder)", "return Supersede(lock.holder)",
       "one_open_application", "no endless look"),
    _m("the pass is kept readable", "shared.services.issue_pass:_seal",
       "sealed = ports.sealer.seal(attempt.public_key, minted.code)", "sealed = minted.code",
       "nobody_can_read_the_pass", "no unexpected error"),
    _m("the pass is logged", "shared.services.issue_pass:_seal",
       "return Minted(attempt.number, minted.id, sealed, minted.expires_at)",
       "__import__('logging').getLogger('shared').warning('made %s', minted.code)\n"
       "    return Minted(attempt.number, minted.id, sealed, minted.expires_at)",
       "nobody_can_read_the_pass"),
    _m("the same reviewer counts twice", "shared.domain.staff:bar_to_decide",
       "if each.oid == staff.oid or (employee_id and each.employee_id == employee_id):", "if False:", "a_valid_decision"),
    _m("a second account of the same person counts", "shared.domain.staff:bar_to_decide",
       "if each.oid == staff.oid or (employee_id and each.employee_id == employee_id):", "if each.oid == staff.oid:",
       "a_valid_decision"),
    _m("people approve themselves", "shared.domain.staff:bar_to_decide",
       "if staff.oid == application.subject or same_person:", "if False:", "a_valid_decision"),
    _m("the operator who touched a case approves it", "shared.domain.staff:bar_to_decide",
       "if set(Decider(staff, employee_id).marks) & set(application.operators):", "if False:", "a_valid_decision"),
    _m("the role is not looked at", "shared.domain.staff:bar_to_decide",
       "if Role.REVIEWER.value not in staff.roles:", "if False:", "a_valid_decision"),
    _m("a token's life is not looked at", "tests.fakes.plain_security:PlainStaffTokens.verify",
       "if start <= stamped_at <= end", "if True", "a_valid_decision"),
    _m("what a row calls itself is believed", "shared.services.verify_evidence:gather_decider",
       "if proof is not None and proof.evidence:",
       "from shared.domain.staff import StaffIdentity\n"
       "    staff = StaffIdentity(request.body.get('oid', 'rei'), '', frozenset({'Reviewer', 'Operator'}))\n"
       "    if False:", "a_valid_decision"),
    _m("one approval is enough although two are wanted", "shared.domain.deciding:_approve",
       "if len(approved.approvals) < approved.needs:", "if False:", "a_valid_decision"),
    _m("no second approver, and no delay", "shared.domain.deciding:cool_off_without_second",
       "return _cool_off(application, \"\", now, rules, party=Party.SYSTEM)",
       "return _approved(application, now, rules, party=Party.SYSTEM, actor=\"\")", "a_valid_decision"),
    _m("a clerk confirms beyond the office's scope", "shared.domain.staff:bar_at_counter",
       "if not any(theirs & frozenset(map(fold, names)) for names in given):", "if False:", "a_valid_decision"),
    _m("a risk flag at the counter asks nobody", "shared.domain.deciding:decide_at_counter",
       "if not (COUNTER_RISKS | rules.second_approver_for) & set(known.flags):", "if True:", "a_valid_decision"),
    _m("a card's token counts for any verification", "tests.fakes.plain_security:PlainCardTokens.verify",
       "made_for == verification and young", "young", "a_valid_decision"),
    _m("an old verification counts", "tests.fakes.plain_security:PlainCardTokens.verify",
       "made_for == verification and young", "made_for == verification", "a_valid_decision"),
    _m("a young link is used at once", "shared.domain.deciding:decide_by_card", "if now >= ripe:", "if True:",
       "a_valid_decision"),
    _m("the passes of a day are not counted", "shared.domain.step_of_card:pickup_bar",
       "if case.found.card_passes >= rules.card_passes_per_day:", "if False:", "a_valid_decision"),
    _m("another pass is left alone", "shared.domain.step_of_pass:_of_live_pass", "if foreign:", "if False:",
       "a_foreign_pass_is_found"),
    _m("the pass is deleted after it was made", "shared.services.issue_pass:issue_pass",
       "return await _seal(application, attempt, minted, ports)",
       "await ports.passes.delete(application.subject, minted.id)\n"
       "    return await _seal(application, attempt, minted, ports)", "a_shown_pass_is_live"),
    _m("typed addresses get the link", "shared.domain.addressees:to_applicant",
       "with_link=application.contact_confirmed", "with_link=True", "links_go_to_trusted_addresses"),
    _m("a confirmed address gets the link without delay", "shared.domain.deciding:_approve",
       "if confirmed and not in_person and not approved.contact_on_file:", "if False:", "links_go_to_trusted_addresses"),
    _m("any session may collect", "shared.services.collect_pass:_same_session",
       "if session != collector.session:", "if False:", "only the browser that asked can read the pass"),
    _m("a request is erased before it is answered", "shared.domain.next_step:_before_the_first_commit",
       "if submits:", "if submits and now.microsecond % 7 == 0:\n        return EraseRequests(tuple(submits))\n    if submits:",
       "every_application_is_accounted_for"),
    _m("the hint is the only wake-up of a request", "shared.services.wake_due:wake_due",
       "elif not _fresh(request):", "elif False:", "nothing_waits_in_the_inbox", "every_application_is_accounted_for"),
    _m("operators are not told", "shared.domain.closing:need_attention",
       "*to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=1_000_000 + parked.interventions)", "",
       "every_application_is_accounted_for"),
    _m("answered requests stay in the inbox", "shared.domain.next_step:next_step", "if case.answered:", "if False:",
       "nothing_waits_in_the_inbox"),
    _m("due rows stay", "shared.services.look_at:_Look.rest", "if spent:", "if False:", "due_rows_end"),
)
"""All of them."""


def _function(where: str) -> FunctionType:
    module, _, name = where.partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    found = inspect.unwrap(found)
    if not isinstance(found, FunctionType):
        raise TypeError(where)
    return found


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """The world with this fault in it."""
    function = _function(mutant.where)
    before = function.__code__
    function.__code__ = _code_of(function, mutant)
    try:
        yield
    finally:
        function.__code__ = before


def _code_of(function: FunctionType, mutant: Mutant) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(mutant.old) != 1:
        message = f"{mutant.name}: the text is there {source.count(mutant.old)} times"
        raise ValueError(message)
    tree = ast.parse(source.replace(mutant.old, mutant.new))
    (made,) = tree.body
    if isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef):
        made.decorator_list = []
    flags = function.__code__.co_flags & __future__.annotations.compiler_flag
    space: dict[str, Any] = dict(function.__globals__)
    exec(compile(tree, f"<mutant of {mutant.where}>", "exec", flags=flags), space)  # noqa: S102 - our own text
    changed: Callable[..., object] = space[function.__name__]
    code: CodeType = changed.__code__
    return code

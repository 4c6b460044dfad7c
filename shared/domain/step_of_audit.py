"""When the head of a case's audit chain is written to the container of heads, and what follows when it cannot be.

One head a look, when everything else is done: it stands for all events before it. Before a pass is made the head with its claim
must be there: no record, no pass.
"""

from dataclasses import replace
from datetime import datetime

from shared.domain import closing, issuing
from shared.domain.application import Application, Change, note
from shared.domain.audit import AuditHead
from shared.domain.events import EventKind
from shared.domain.kinds import Attention
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.steps import Case, Commit, Findings, KeepHead, Step

_ALERT = 8_000_000
"""First number of the alerts about heads; each kind of alert to operators has numbers of its own."""


def head_kept(case: Case, application: Application) -> bool:
    """Whether the last event's hash is known to be kept; a case from before there was a chain has nothing to keep."""
    return not application.chain or max(application.head, case.found.head) >= application.events


def keep_head(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Keep the head that is owed; if that cannot be done for too long, the operators are told each hour."""
    if head_kept(case, application):
        return None
    if case.found.head_differs == application.events:  # said once: after that only a claim is refused for it
        return None if application.audit_differed else Commit(_differs(application, now, rules))
    if not case.found.head_blocked:
        return KeepHead(AuditHead(application.id, application.events, application.chain))
    since = application.chained_at or application.entered_at
    if now - since < rules.system_patience:
        return None
    told = closing.tell_operators(application, _ALERT + int(now.timestamp()) // 3600, now, rules)
    known = {each.key for each in case.mails}
    return None if all(each.key in known for each in told.mails) else Commit(told)


def record_claim(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """No record, no pass: the head with the claim is kept before Graph is asked; if it cannot be, the person asks again."""
    if case.found.head_blocked and not head_kept(case, application):
        return Commit(issuing.not_issued(application, "no_record", now))
    if case.found.head_differs == application.events and application.audit_differed:
        return Commit(closing.need_attention(application, Attention.AUDIT, now, rules))
    return keep_head(case, application, now, rules)


def remembering(change: Change, found: Findings) -> Change:
    """The change, which also writes down how far the heads are known to be kept: it costs no save of its own."""
    application = change.application
    kept = min(found.head, application.events)
    if kept <= application.head:
        return change
    return replace(change, application=replace(application, head=kept))


def _differs(application: Application, now: datetime, rules: Rules) -> Change:
    """Another hash was kept for this event: somebody rewrote the trail, or storage was restored. An operator must look."""
    number = str(application.events)
    known = replace(application, audit_differed=True)
    change = note(known, EventKind.AUDIT_DIFFERED, now, number=number)
    after = change.application
    if after.terminal or not after.may_move(State.ATTENTION):
        alert = closing.tell_operators(after, _ALERT + 900_000 + application.events, now, rules)
        return change.also(alert)
    return change.also(closing.need_attention(after, Attention.AUDIT, now, rules))

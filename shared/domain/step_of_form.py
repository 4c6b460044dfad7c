"""What a response of a form asks for: its flow's token, its account, and a word to the operators when it changes."""

from datetime import datetime

from shared.domain import closing, reviewing
from shared.domain.accounts import account_guards
from shared.domain.application import Application, Change, note
from shared.domain.events import EventKind, Party
from shared.domain.requests import Outcome, RequestKind
from shared.domain.rules import Rules
from shared.domain.step_facts import missing
from shared.domain.steps import Case, Commit, EraseRequests, GatherFormProof, Need, Step

_REFUSED_ALERT = 6_000_000
_DIFFERED_ALERT = 7_000_000
"""Numbers of alerts about forms; other alerts of a case have other ranges."""
_MOST_AT_ONCE = 80
"""A save is one transaction, which takes a hundred rows: these answers, an event, and a mail to each operator."""


def identify_form(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Verify the flow's token, then find the account of the responder; None once that is known.

    An account that does not exist goes to the operator, as from every way in.
    """
    if application.subject:
        return None
    lacking = missing(case, Need.PROOF)
    if lacking is not None:
        return lacking
    if not case.found.proved:
        refused = closing.refuse(application, now, rules, event=EventKind.CANCELLED, why="not_verified")
        told = closing.tell_operators(refused.application, _REFUSED_ALERT, now, rules)
        return Commit(refused.owing(*told.mails))
    lacking = missing(case, Need.SUBJECT)
    if lacking is not None:
        return lacking
    if case.found.subject:
        return Commit(reviewing.identified(application, case.found.subject))
    guards = account_guards(None, protected=rules.protected)
    unknown = reviewing.Prechecks(account=None, guards=guards, methods=(), earlier=0)
    return Commit(reviewing.precheck(application, unknown, now, rules))


def differs(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The same response came with other content: the first stays, and the operators are told, once an hour at most.

    Only if the flow itself says so: what does not verify is no news, and leaves the inbox unanswered. However many came,
    they are dealt with together: nobody keeps a case busy by sending more.
    """
    requests = tuple(each for each in case.waiting if each.kind is RequestKind.DIFFERENT)[:_MOST_AT_ONCE]
    proofs = case.found.form_proofs
    unknown = tuple(each for each in requests if each.key not in proofs)
    if unknown:
        return None if case.found.unreachable or case.found.refused else GatherFormProof(unknown)
    unproven = tuple(each for each in requests if not proofs[each.key])
    if unproven:
        return EraseRequests(unproven)
    if not requests:
        return None
    change = Change(application)
    other = [each for each in requests if each.body["source"] != application.source]
    if other:
        change = note(
            application, EventKind.RESPONSE_DIFFERED, now, party=Party.SYSTEM, count=str(len(other))
        )
        told = closing.tell_operators(
            change.application, _DIFFERED_ALERT + int(now.timestamp()) // 3600, now, rules
        )
        change = change.owing(*told.mails)
    for each in requests:
        change = change.answering(each, now, Outcome.DONE if each in other else Outcome.TOO_LATE)
    return Commit(change)

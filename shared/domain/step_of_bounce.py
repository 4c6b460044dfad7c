"""A mail that came back: the next address on file is tried, one after the other; when none is left somebody is told.

Owner notices go to every address at once, so none is left when all came back: then, and for whatever the person must act on,
the operators are told. Where the case cannot go on without the mail it is parked: see ``none_arrived`` in ``step_facts``.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from shared.domain import closing
from shared.domain.addressees import still_wanted
from shared.domain.application import Application, Change
from shared.domain.mails import MailKind, MailState, OwedMail, Urgency
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.steps import Case, Commit, Step

_ALERT = 9_000_000
"""Mails of this kind are numbered from here, one for each kind and round or attempt of what came back."""
_ROUND = 100
_KINDS = tuple(MailKind)


def tend_bounces(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Owe what came back to the next address, or tell the operators once that there is none."""
    if application.erased:
        return None
    for mails in _lost(case, application):
        mail = mails[0]
        address = _untried(application, mails)
        if address is not None:
            # Not earlier than what it replaces, whatever the clocks say: the newest mail decides whether any arrived.
            owed_at = max(now, *(each.owed_at for each in mails))
            again = OwedMail(mail.kind, mail.round, address, owed_at, on_file=True)
            return Commit(Change(application).owing(again))
        alert = _alert(application, mail, now, rules)
        if alert is not None and any(each.key not in _keys(case) for each in alert.mails):
            return Commit(alert)
    return None


def _lost(case: Case, application: Application) -> Iterator[Sequence[OwedMail]]:
    """What the person got at no address on file, though the mail service had accepted it: all its copies."""
    theirs = sorted(
        (each for each in case.mails if each.on_file and each.urgency is not Urgency.STAFF),
        key=lambda each: (each.kind, each.round),
    )
    for _, copies in groupby(theirs, key=lambda each: (each.kind, each.round)):
        mails = tuple(copies)
        came_back = any(each.state is MailState.BOUNCED for each in mails)
        if came_back and all(each.lost for each in mails) and still_wanted(mails[0], application):
            yield mails


def _untried(application: Application, mails: Sequence[OwedMail]) -> str | None:
    """The next address on file; the account's own mailbox, which a locked-out person may be unable to open, comes last."""
    tried = {each.to for each in mails}
    return next((each.value for each in application.addresses if each.value not in tried), None)


def _alert(application: Application, mail: OwedMail, now: datetime, rules: Rules) -> Change | None:
    """A parked case has told them already, and one that is over waits for nobody."""
    if mail.urgency is not Urgency.FIRST or application.terminal or application.state is State.ATTENTION:
        return None
    number = _ALERT + mail.round * _ROUND + _KINDS.index(mail.kind)
    return closing.tell_operators(application, number, now, rules)


def _keys(case: Case) -> set[tuple[str, int, str]]:
    return {each.key for each in case.mails}


def came_back_by(alert: OwedMail) -> MailKind | None:
    """What this mail to an operator tells to have come back from every address; None: it tells of something else."""
    if alert.kind is not MailKind.OPERATOR_ALERT or alert.round < _ALERT:
        return None
    return _KINDS[alert.round % _ROUND]

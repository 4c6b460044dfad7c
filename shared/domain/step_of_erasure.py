"""What retention asks for once a case is over: rows first, then the case and its receipts; the account's lock last."""

from datetime import datetime

from shared.domain import erasing
from shared.domain.application import Application, Change
from shared.domain.requests import Outcome, RequestKind
from shared.domain.retention import Erasure
from shared.domain.rules import Rules
from shared.domain.steps import Case, Commit, EraseRows, ForgetLock, Gather, Need, Step


def asked_too_late(case: Case, application: Application, now: datetime) -> Step | None:
    """Nobody can tell any more whose case it was: whatever is asked of it is answered so, and touches no account."""
    if not erasing.forgotten(application):
        return None
    late = next((each for each in case.waiting if each.kind is not RequestKind.STORED_PHOTO), None)
    return Commit(Change(application).answering(late, now, Outcome.TOO_LATE)) if late else None


def erase_in_time(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Erase what is due. Mails that are owed and work in the directory come first: they need what would be erased."""
    parts = erasing.due_erasures(application, now, rules)
    if not parts or case.owed() or _busy(application):
        return None
    if case.found.unreachable or case.found.refused:
        return None
    if application.subject and not erasing.forgotten(application) and Erasure.PERSON in parts:
        if case.found.blocks is None:
            return Gather((Need.BLOCK,))
        if application.id in case.found.blocks:
            return _held(application, parts, case, now)
    return _erase(application, parts, case, now)


def _erase(application: Application, parts: tuple[Erasure, ...], case: Case, now: datetime) -> Step:
    if not set(parts) <= case.found.erased:
        return ForgetLock() if Erasure.ACCOUNT in parts else EraseRows(parts)
    rows = 0 if Erasure.ACCOUNT in parts else len(case.mails) + case.answers
    return Commit(erasing.erase(application, parts, rows, now))


def _held(application: Application, parts: tuple[Erasure, ...], case: Case, now: datetime) -> Step:
    """A block needs the object id to be lifted; what people typed and what they proved with does not wait for that."""
    free = tuple(each for each in parts if each is not Erasure.PERSON)
    return _erase(application, free, case, now) if free else Commit(erasing.hold(application, now))


def _busy(application: Application) -> bool:
    """Whether something outside is still to be done for this case."""
    untold = application.disowned and not application.contest_kept
    return bool(application.removals or application.sessions_to_end or application.to_lift or untold)

"""Find a case as its applicant left it: saved by the worker, or still in the inbox."""

from dataclasses import dataclass

from shared.domain import reviewing
from shared.domain.application import Application
from shared.domain.events import Event
from shared.domain.kinds import Channel
from shared.domain.mails import OwedMail
from shared.domain.requests import STOPS, Request, RequestKind
from shared.domain.states import State
from shared.ports import Snapshot
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts


@dataclass(frozen=True)
class FoundCase:
    """A case and what was asked for it that is not answered yet."""

    application: Application
    events: tuple[Event, ...]
    mails: tuple[OwedMail, ...]
    waiting: tuple[Request, ...]

    @property
    def stop_waiting(self) -> bool:
        """Whether somebody asked to stop it: until that is answered nothing is given out."""
        return any(each.kind in STOPS for each in self.waiting)

    def asked(self, kind: RequestKind) -> Request | None:
        """The unanswered request of this kind, if there is one."""
        return next((each for each in self.waiting if each.kind is kind), None)


async def find_own_case(application: str, subject: str, ports: WebPorts) -> FoundCase:
    """The case, for its applicant only.

    Raises:
        RefusedError: there is no such case (``NOT_FOUND``), it is another person's (``NOT_YOURS``), or it is a form's
            response whose account the worker has not found yet (``NOT_YET``).
    """
    found = await find_case(application, ports)
    case = found.application
    if not case.subject and case.channel is Channel.FORM and case.state is State.SUBMITTED:
        raise RefusedError(Refusal.NOT_YET)
    if case.subject != subject:
        raise RefusedError(Refusal.NOT_YOURS)
    return found


async def find_case(application: str, ports: WebPorts) -> FoundCase:
    """The case, whoever asks; the caller checks that.

    Raises:
        RefusedError: there is no such case.
    """
    if not is_id(application):
        raise RefusedError(Refusal.NOT_FOUND)
    inbox = await ports.inbox.waiting(
        application
    )  # first: what the worker saves in between is then in the case
    snapshot = await ports.applications.read(application)
    if snapshot is None:
        return _not_yet_saved(inbox, ports)
    waiting = tuple(each for each in inbox if each.key not in snapshot.answered)
    return FoundCase(snapshot.application, snapshot.events, snapshot.mails, waiting)


async def read_case(application: str, ports: WebPorts) -> Snapshot:
    """The saved case without its inbox.

    Raises:
        RefusedError: there is no such case.
    """
    snapshot = await ports.applications.read(application) if is_id(application) else None
    if snapshot is None:
        raise RefusedError(Refusal.NOT_FOUND)
    return snapshot


async def read_own_case(application: str, subject: str, ports: WebPorts) -> Snapshot:
    """The saved case without its inbox, for its applicant only.

    Raises:
        RefusedError: there is no such case (``NOT_FOUND``), or it is another person's (``NOT_YOURS``).
    """
    found = await read_case(application, ports)
    if found.application.subject != subject:
        raise RefusedError(Refusal.NOT_YOURS)
    return found


def is_id(text: str) -> bool:
    """Whether a text can be the id of an application: 32 lower-case hexadecimal digits."""
    return len(text) == 32 and all(each in "0123456789abcdef" for each in text)  # noqa: PLR2004 - 128 bits


def _not_yet_saved(inbox: list[Request], ports: WebPorts) -> FoundCase:
    submit = next((each for each in inbox if each.kind is RequestKind.SUBMIT), None)
    if submit is None:
        raise RefusedError(Refusal.NOT_FOUND)
    change = reviewing.submit(submit, submit.received_at, ports.rules)
    waiting = tuple(each for each in inbox if each is not submit)
    return FoundCase(change.application, change.events, (), waiting)

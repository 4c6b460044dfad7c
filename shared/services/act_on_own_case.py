"""What an applicant can do with their own case besides collecting the pass: photo, withdraw, registered, trouble."""

from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.services.ask import ask
from shared.services.find_case import FoundCase, find_own_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import PhotoDoubtful, PhotoRefused, StoredAs, take_photo
from shared.services.web_ports import WebPorts

_OVER = frozenset({State.COMPLETED, State.REJECTED, State.CANCELLED, State.EXPIRED, State.STOPPING})


async def send_photo(
    application: str, subject: str, raw: bytes, ports: WebPorts, *, keep_doubts: bool
) -> PhotoDoubtful | PhotoRefused | None:
    """A better photo for a returned case; None if it was taken.

    Raises:
        RefusedError: not this person's, or the case does not wait for a photo.
        UnavailableError: storage cannot be reached.
    """
    found = await find_own_case(application, subject, ports)
    if found.application.state is not State.RETURNED:
        raise RefusedError(Refusal.TOO_LATE, link=f"/applications/{application}")
    at = ports.clock.now()
    stored = await take_photo(application, raw, ports, keep_doubts=keep_doubts)
    if not isinstance(stored, StoredAs):
        return stored
    body = {"photo": stored.name, "doubts": stored.doubts}
    await ask(application, RequestKind.PHOTO, found.application.round, ports, body=body, at=at)
    return None


async def withdraw(application: str, subject: str, ports: WebPorts) -> None:
    """The applicant takes the application back.

    Raises:
        RefusedError: not this person's, or it is over.
    """
    found = await find_own_case(application, subject, ports)
    if found.application.state in _OVER or found.application.completed_at is not None:
        raise RefusedError(Refusal.TOO_LATE, link=f"/applications/{application}")
    await ask(application, RequestKind.WITHDRAW, 0, ports)


async def report_registered(application: str, subject: str, ports: WebPorts) -> None:
    """The applicant says that a new method is registered: the worker looks at once.

    Raises:
        RefusedError: not this person's, or no pass was issued.
    """
    found = await _issued(application, subject, ports)
    slot = found.application.events
    await ask(application, RequestKind.REGISTERED, slot, ports, lane="issuance")


async def report_trouble(application: str, subject: str, ports: WebPorts) -> int:
    """The applicant says that the pass does not work; returns how often that was said, this time included.

    Raises:
        RefusedError: not this person's, or no pass was issued.
    """
    found = await _issued(application, subject, ports)
    slot = found.application.events
    await ask(application, RequestKind.TROUBLE, slot, ports, lane="issuance")
    return found.application.troubles + 1


async def _issued(application: str, subject: str, ports: WebPorts) -> FoundCase:
    found = await find_own_case(application, subject, ports)
    if found.application.state is not State.ISSUED:
        raise RefusedError(Refusal.TOO_LATE, link=f"/applications/{application}")
    return found

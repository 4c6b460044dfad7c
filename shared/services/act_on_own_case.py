"""What an applicant can do with their own case besides collecting the pass: photo, withdraw, registered, trouble."""

from dataclasses import dataclass

from shared.domain.application import Application
from shared.domain.kinds import IN_PERSON, Channel
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.services.ask import ask, ask_to_look
from shared.services.collect_pass import Collector, check_collector
from shared.services.find_case import FoundCase, find_own_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import PhotoDoubtful, PhotoRefused, StoredAs, take_photo
from shared.services.verify_card import CardHolder
from shared.services.web_ports import WebPorts


@dataclass(frozen=True)
class Shown:
    """What this browser showed besides the password sign-in.

    Attributes:
        collector: Who opened a mailed link or a printed slip in it.
        holder: Whose card was verified in it.
    """

    collector: Collector | None = None
    holder: CardHolder | None = None


_NOTHING = Shown()
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
    body = {"photo": stored.name, "doubts": stored.doubts, "upload": stored.upload}
    await ask(application, RequestKind.PHOTO, found.application.round, ports, body=body, at=at)
    return None


async def withdraw(application: str, subject: str, ports: WebPorts, shown: Shown = _NOTHING) -> None:
    """The applicant takes the application back.

    Raises:
        RefusedError: not this person's, or it is over; ``IN_PERSON_ONLY``, begun in person and only the password was shown.
    """
    found = await find_own_case(application, subject, ports)
    await _more_than_a_password(found.application, shown, ports)
    if found.application.state in _OVER or found.application.completed_at is not None:
        raise RefusedError(Refusal.TOO_LATE, link=f"/applications/{application}")
    await ask(application, RequestKind.WITHDRAW, 0, ports)


async def report_registered(application: str, subject: str, ports: WebPorts) -> None:
    """The applicant says that a new method is registered: the worker looks at once.

    Raises:
        RefusedError: not this person's, or no pass was issued.
    """
    found = await _issued(application, subject, ports)
    await ask_to_look(found.application, ports)


async def report_trouble(application: str, subject: str, ports: WebPorts, shown: Shown = _NOTHING) -> int:
    """The applicant says that the pass does not work; returns how often that was said, this time included.

    Raises:
        RefusedError: not this person's, or no pass was issued; ``IN_PERSON_ONLY`` as for ``withdraw``.
    """
    found = await _issued(application, subject, ports)
    await _more_than_a_password(found.application, shown, ports)
    slot = found.application.events
    await ask(application, RequestKind.TROUBLE, slot, ports, lane="issuance")
    return found.application.troubles + 1


async def _more_than_a_password(case: Application, shown: Shown, ports: WebPorts) -> None:
    """What was begun in person is not undone by somebody who merely has the password."""
    if case.channel not in IN_PERSON:
        return
    collector, holder = shown.collector, shown.holder
    if case.channel is Channel.OFFICE and collector is not None:
        check_collector(case, collector)
        return
    if case.channel is Channel.IDENTITY_VERIFICATION and holder is not None:
        link = await ports.card_links.by_card(holder.card)
        if case.id == holder.verification or (link is not None and link.subject == case.subject):
            return
    by_card = case.channel is Channel.IDENTITY_VERIFICATION
    raise RefusedError(Refusal.IN_PERSON_ONLY, link="/verify" if by_card else f"/pickup/{case.id}")


async def _issued(application: str, subject: str, ports: WebPorts) -> FoundCase:
    found = await find_own_case(application, subject, ports)
    if found.application.state is not State.ISSUED:
        raise RefusedError(Refusal.TOO_LATE, link=f"/applications/{application}")
    return found

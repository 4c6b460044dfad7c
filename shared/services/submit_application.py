"""Take in an application: judge the photo, store it, put the request into the inbox. Nothing half-stored is left behind."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.domain.application import Application
from shared.domain.closing import gives_way
from shared.domain.kinds import Channel, Language, Reason
from shared.domain.limits import Limit, Whose
from shared.domain.photo import AcceptedPhoto, PhotoDoubt, PhotoFault, RefusedPhoto
from shared.domain.requests import RequestKind
from shared.domain.reviewing import reference_of
from shared.ports import AccountLock
from shared.services.ask import ask
from shared.services.count_use import count_use
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts

OFFICE_WAY = "/ways/office"
"""Page of the way in that a block leaves open."""


@dataclass(frozen=True)
class Submission:
    """What the applicant sends.

    Attributes:
        subject: Object id of the signed-in applicant.
        nonce: Value of the form; the same one makes a doubled submit one application.
        keep_doubts: Send the photo although it may be hard to judge: the second try is always taken.
        frontend: Application id of another frontend that sends it for its user; empty from our own pages.
    """

    subject: str
    reason: Reason
    details: str
    language: Language
    contact_email: str
    photo: bytes
    nonce: str
    keep_doubts: bool
    frontend: str = ""


@dataclass(frozen=True)
class Accepted:
    """The application reached us.

    Attributes:
        id: The application.
        reference: The short number people read out.
        review_from: When staff begin to look at it (UTC).
    """

    id: str
    reference: str
    review_from: datetime


@dataclass(frozen=True)
class PhotoDoubtful:
    """The photo may be hard to judge: another one, or the same once more."""

    doubts: tuple[PhotoDoubt, ...]


@dataclass(frozen=True)
class PhotoRefused:
    """The photo cannot be taken."""

    fault: PhotoFault


async def submit_application(
    submission: Submission, ports: WebPorts
) -> Accepted | PhotoDoubtful | PhotoRefused:
    """Take in an application of the website channel.

    Raises:
        RefusedError: the account has an open application, or is blocked (the worker's lock decides finally); ``TOO_MANY``.
        UnavailableError: storage cannot be reached; nothing was accepted.
    """
    now = ports.clock.now()
    application = sha256(f"{submission.subject}:{submission.nonce}".encode()).hexdigest()[:32]
    lock = await ports.locks.read(submission.subject)
    refuse_blocked(lock)
    opened = _id_in_the_way(await _open_one(lock, ports))
    if opened and opened != application:
        raise RefusedError(Refusal.OPEN_APPLICATION, link=f"/applications/{opened}")
    if not opened and lock is not None and application in {lock.application, *lock.earlier}:
        application = ports.randomness.token()  # the same form once more, after its application had ended
    accepted = Accepted(application, reference_of(application), looked_at_from(now, ports))
    if opened or await _sent_already(application, ports):
        return accepted
    judged = await _judge(submission.photo, ports, keep_doubts=submission.keep_doubts)
    if not isinstance(judged, AcceptedPhoto):
        return judged
    await count_use((Limit.APPLICATIONS, Limit.SUBMISSIONS), {Whose.ACCOUNT: submission.subject}, ports)
    stored = await _store(application, judged, submission.photo, ports)
    body = {
        "channel": Channel.WEBSITE.value,
        "subject": submission.subject,
        "reason": submission.reason.value,
        "details": submission.details,
        "language": submission.language.value,
        "contact_email": submission.contact_email,
        "photo": stored.name,
        "doubts": stored.doubts,
        "upload": stored.upload,
    }
    if submission.frontend:
        body["frontend"] = submission.frontend
    await ask(application, RequestKind.SUBMIT, 0, ports, body=body, at=now)
    return accepted


@dataclass(frozen=True)
class StoredAs:
    """A photo in the container; ``doubts`` joined by commas as a request carries them, ``upload``: digest of what was sent."""

    name: str
    doubts: str
    upload: str


async def take_photo(
    application: str, raw: bytes, ports: WebPorts, *, keep_doubts: bool
) -> StoredAs | PhotoDoubtful | PhotoRefused:
    """Judge a photo and store it; the row that says by when it must be claimed or erased is written before it.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    judged = await _judge(raw, ports, keep_doubts=keep_doubts)
    return await _store(application, judged, raw, ports) if isinstance(judged, AcceptedPhoto) else judged


async def open_application_of(subject: str, ports: WebPorts) -> str:
    """Id of the account's open application, or empty: a quick look, the worker's lock decides."""
    opened = await _open_one(await ports.locks.read(subject), ports)
    return opened.id if opened is not None else ""


async def application_in_the_way(subject: str, ports: WebPorts) -> str:
    """Id of the open application beside which none can be sent on the website, or empty: that would replace a weaker one.

    Raises:
        RefusedError: the account is blocked (``ACCOUNT_BLOCKED``).
    """
    lock = await ports.locks.read(subject)
    refuse_blocked(lock)
    return _id_in_the_way(await _open_one(lock, ports))


def refuse_blocked(lock: AccountLock | None) -> None:
    """A kind word before anything is sent; the worker would end it. Only for who signed in as that account, or holds its card.

    Raises:
        RefusedError: the account is blocked (``ACCOUNT_BLOCKED``), with the office as the way.
    """
    if lock is not None and lock.blocked:
        raise RefusedError(Refusal.ACCOUNT_BLOCKED, link=OFFICE_WAY)


def _id_in_the_way(opened: Application | None) -> str:
    return "" if opened is None or gives_way(opened, Channel.WEBSITE) else opened.id


async def _open_one(lock: AccountLock | None, ports: WebPorts) -> Application | None:
    if lock is None:
        return None
    snapshot = await ports.applications.read(lock.application)
    return snapshot.application if snapshot is not None and snapshot.application.open else None


def looked_at_from(now: datetime, ports: WebPorts) -> datetime:
    """When staff begin to look at an application sent now (UTC)."""
    calendar = ports.rules.calendar
    return now if calendar.is_open(now) else calendar.next_opening(now)


async def _sent_already(application: str, ports: WebPorts) -> bool:
    """Whether the same form waits in the inbox: it is neither counted nor stored twice."""
    waiting = await ports.inbox.waiting(application)
    return any(each.kind is RequestKind.SUBMIT for each in waiting)


async def _judge(
    raw: bytes, ports: WebPorts, *, keep_doubts: bool
) -> AcceptedPhoto | PhotoDoubtful | PhotoRefused:
    verdict = await ports.photo_lab.judge(raw)
    if isinstance(verdict, RefusedPhoto):
        return PhotoRefused(verdict.fault)
    return PhotoDoubtful(verdict.doubts) if verdict.doubts and not keep_doubts else verdict


async def _store(application: str, photo: AcceptedPhoto, raw: bytes, ports: WebPorts) -> StoredAs:
    name = ports.randomness.token()
    slot = int(name[:7], 16)
    await ask(application, RequestKind.STORED_PHOTO, slot, ports, body={"photo": name}, lane="")
    await ports.photos.put(name, photo.jpeg)
    return StoredAs(name, ",".join(each.value for each in photo.doubts), sha256(raw).hexdigest())

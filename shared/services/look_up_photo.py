"""Keep the digests of a photo, and find the applications of other people that came with the very same bytes.

The worker reads the stored photo itself: what web says of it is no more than a hint, and a web in other hands could leave it out
or make it up. The stored form is what our own encoder made of the upload, so the same upload gives the same bytes, whatever was
changed in its metadata; the digest of the upload, as web saw it, goes on to match when a newer encoder makes other bytes of it.
Pictures that merely look alike are not searched for: cards of one university look alike, and a wrong suspicion sends an honest
person to the office.
"""

from hashlib import sha256

from shared.domain.application import Application
from shared.domain.risks import PhotoUse
from shared.domain.steps import LookUpPhoto
from shared.ports import MissingError, PhotoPrint
from shared.services.worker_ports import WorkerPorts

_MOST_TOLD = 10


async def look_up_photo(step: LookUpPhoto, application: Application, ports: WorkerPorts) -> PhotoUse:
    """Where else this photo was used; a photo that is not there was used nowhere, and no reviewer will see it.

    The rows are written before the others are read: of two applications at once at least one sees the other.

    Raises:
        UnavailableError: storage cannot be reached; doing all of it again is harmless.
        UnknownOutcomeError: no answer came; doing all of it again is harmless.
    """
    try:
        stored = await ports.photos.get(step.photo.name)
    except MissingError:
        return PhotoUse()
    digests = sorted({sha256(stored).hexdigest(), *([step.photo.upload] if step.photo.upload else [])})
    erase_at = step.at + ports.rules.photo_print_kept
    others: list[PhotoPrint] = []
    for digest in digests:
        mine = _owner(digest, step.owner)
        await ports.photo_prints.keep(PhotoPrint(digest, application.id, mine, step.at, erase_at))
        others += [each for each in await ports.photo_prints.of(digest) if each.owner != mine]
    now = ports.clock.now()
    live = sorted((each for each in others if each.erase_at > now), key=lambda each: each.at, reverse=True)
    names = tuple(dict.fromkeys(each.application for each in live))
    return PhotoUse(names[:_MOST_TOLD], live[0].at if live else None)


def _owner(digest: str, owner: str) -> str:
    """Tells two people apart within one digest, and says nothing across photos."""
    return sha256(f"{digest}:{owner}".encode()).hexdigest()

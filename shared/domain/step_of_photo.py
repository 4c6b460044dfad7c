"""Before a photo is judged it is looked up: the same bytes may have served for somebody else's account."""

from datetime import datetime

from shared.domain.application import Application
from shared.domain.photo import StoredPhoto
from shared.domain.risks import PhotoUse
from shared.domain.steps import Case, LookUpPhoto


def look_up_photo(
    case: Case, application: Application, photo: StoredPhoto | None, at: datetime
) -> LookUpPhoto | None:
    """What is to be done before the flags can be told; None if there is no photo, or this look knows where it was used.

    The same person may have two accounts, and one card: then the employee id is the owner.
    """
    if photo is None or photo.erased_at is not None or photo.name in case.found.photo_uses:
        return None
    return LookUpPhoto(photo, application.employee_id or application.subject, at)


def photo_use(case: Case, photo: StoredPhoto | None) -> PhotoUse:
    """Where else this photo was used, as far as this look found out."""
    return case.found.photo_uses.get(photo.name, PhotoUse()) if photo is not None else PhotoUse()

"""An application that another frontend sends for its signed-in user: read from JSON or an upload, and its outcome."""

import re
from http import HTTPStatus
from secrets import token_hex
from typing import Any, Final

from functions._http.photo_faults import trouble_of_photo
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared.domain.photo import MAX_PHOTO_BYTES
from shared.presentation.views import Problem
from shared.services.submit_application import Accepted, PhotoDoubtful, PhotoRefused, Submission

LARGEST: Final = MAX_PHOTO_BYTES * 4 // 3 + 256 * 1024
"""Bytes of a body: base64 makes four of three."""
_IDEMPOTENCY: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")


def submission(visit: Visit) -> Submission:
    """What the frontend sends. The subject is who the token says, whatever the body says.

    ``Idempotency-Key`` plays the part of the form's hidden value: the same key makes a repeated call one application,
    by user and frontend, as long as that application is open.

    Raises:
        Trouble: the body cannot be read, is of another type, or has fields that are wrong.
    """
    from functions._http.program_bodies import ApplicationBody, ApplicationUpload, validated

    caller = visit.frontend
    kind = visit.req.headers.get("content-type", "").lower()
    read: ApplicationBody | ApplicationUpload
    if kind.startswith("multipart/form-data"):
        read = validated(ApplicationUpload, _upload(visit))
    else:
        read = validated(ApplicationBody, visit.json())
    return Submission(
        subject=caller.oid,
        reason=read.reason,
        details=read.details,
        language=read.language or visit.language,
        contact_email=read.contact_email,
        photo=read.photo,
        nonce=f"{caller.client}:{_key(visit)}",
        keep_doubts=read.keep_doubts,
        frontend=caller.client,
    )


def accepted(outcome: Accepted | PhotoDoubtful | PhotoRefused) -> Accepted:
    """The application that was taken.

    Raises:
        Trouble: the photo was not.
    """
    match outcome:
        case Accepted():
            return outcome
        case PhotoDoubtful():
            raise Trouble(Problem.INVALID_FIELDS, fields=(("photo", "doubtful"),))
        case PhotoRefused(fault):
            problem = {
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Problem.BODY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Problem.BODY_WRONG_TYPE,
            }.get(trouble_of_photo(fault), Problem.INVALID_FIELDS)
            raise Trouble(problem, fields=(("photo", fault.value),))


def _upload(visit: Visit) -> dict[str, Any]:
    form = visit.form()
    names = ("reason", "details", "language", "contact_email", "keep_doubts")
    fields: dict[str, Any] = {name: form.text(name) for name in names if form.text(name)}
    photo = form.files.get("photo")
    if photo is not None:
        fields["photo"] = photo
    return fields


def _key(visit: Visit) -> str:
    given = visit.req.headers.get(_IDEMPOTENCY.lower(), "")
    if given and not _KEY.fullmatch(given):
        raise Trouble(Problem.INVALID_FIELDS, fields=((_IDEMPOTENCY, "invalid"),))
    return given or token_hex(16)

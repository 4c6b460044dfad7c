"""Which rows of the inbox our doors make: nothing well made is set aside, nothing else is worked on."""

from dataclasses import replace

import pytest

from shared.domain.requests import Request, RequestKind
from shared.domain.reviewing import submit
from shared.domain.well_formed import well_formed
from tests.unit.domain.cases import ID, NOW, RULES

_K = RequestKind
_SOURCE = "0" * 64
_PHOTO = "f" * 32

_WEBSITE = {
    "channel": "website",
    "subject": "00000000-0000-4000-9000-000000000101",
    "reason": "lost",
    "language": "ja",
    "details": "",
    "contact_email": "",
    "photo": _PHOTO,
    "doubts": "blurred",
    "frontend": "another-frontend",
}
_FORM = {
    "channel": "form",
    "account": "1000799819@utac.example.ac.jp",
    "source": _SOURCE,
    "reason": "setup_trouble",
    "details": "notes",
    "language": "en",
    "contact_email": "",
}
_OFFICE = {
    "channel": "office",
    "account": "o'hara_1#ext#@utac.example.ac.jp",
    "reason": "other",
    "language": "ja",
    "clerk": "oid",
    "clerk_name": "Clerk",
}
_CARD = {"channel": "identity_verification", "language": "ja", "reason": "lost", "details": ""}
_CONFIRM = {
    "card": "student_card",
    "face": "on",
    "valid": "on",
    "reason": "broken",
    "language": "en",
    "contact_email": "",
    "contact_confirmed": "",
}
_PICKUP = {"public_key": "key", "session": "session", "verification": ID}
_LINK = {"sign_in": "t" * 8_000, "language": "ja"}

_WELL_MADE = [
    (_K.SUBMIT, _WEBSITE, ""),
    (_K.SUBMIT, _FORM, "token"),
    (_K.SUBMIT, _FORM, ""),
    (_K.SUBMIT, _OFFICE, "token"),
    (_K.SUBMIT, _CARD, "token"),
    (_K.DIFFERENT, {"source": _SOURCE}, ""),
    (_K.CONFIRM, _CONFIRM, "t" * 8_000),
    (_K.LEAVE, {}, "token"),
    (_K.SLIP, {}, "token"),
    (_K.PICKUP, _PICKUP, "token"),
    (_K.LINK, _LINK, "token"),
    (_K.UNLINK, {"sign_in": "token", "language": "ja"}, ""),
    (_K.UNLINK, {"sign_in": "", "language": "en"}, "token"),
]


def _row(kind: RequestKind, body: dict[str, str], evidence: str) -> Request:
    return Request(ID, kind, 0, NOW, body, evidence, NOW)


@pytest.mark.parametrize(("kind", "body", "evidence"), _WELL_MADE)
def test_what_a_door_makes_is_worked_on(kind: RequestKind, body: dict[str, str], evidence: str) -> None:
    assert well_formed(_row(kind, body, evidence))


@pytest.mark.parametrize(
    ("kind", "body", "evidence"),
    [
        (_K.SUBMIT, _WEBSITE | {"subject": ""}, ""),
        (_K.SUBMIT, _WEBSITE | {"photo": ""}, ""),
        (_K.SUBMIT, _FORM | {"account": ""}, "token"),
        (_K.SUBMIT, _FORM | {"account": "../users"}, "token"),
        (_K.SUBMIT, _FORM | {"account": "a b@c"}, "token"),
        (_K.SUBMIT, _FORM | {"account": "a" * 257}, "token"),
        (_K.SUBMIT, _FORM | {"source": "0" * 63}, "token"),
        (_K.SUBMIT, _FORM | {"reason": "boredom"}, "token"),
        (_K.SUBMIT, _OFFICE, ""),
        (_K.SUBMIT, _OFFICE, "t" * 8_001),
        (_K.SUBMIT, _OFFICE | {"account": "?$filter"}, "token"),
        (_K.SUBMIT, _OFFICE | {"language": "fr"}, "token"),
        (_K.SUBMIT, _CARD, ""),
        (_K.SUBMIT, _CARD | {"channel": "telephone"}, "token"),
        (_K.SUBMIT, {"reason": "lost", "language": "ja"}, "token"),
        (_K.DIFFERENT, {}, "token"),
        (_K.DIFFERENT, {"source": "x"}, "token"),
        (_K.CONFIRM, _CONFIRM, ""),
        (_K.CONFIRM, _CONFIRM | {"card": "library_card"}, "token"),
        (_K.CONFIRM, _CONFIRM | {"face": ""}, "token"),
        (_K.CONFIRM, _CONFIRM | {"valid": ""}, "token"),
        (_K.CONFIRM, _CONFIRM | {"reason": ""}, "token"),
        (_K.LEAVE, {}, ""),
        (_K.SLIP, {}, ""),
        (_K.LINK, _LINK, ""),
        (_K.LINK, _LINK | {"sign_in": ""}, "token"),
        (_K.LINK, _LINK | {"sign_in": "t" * 8_001}, "token"),
        (_K.UNLINK, {"sign_in": "", "language": "ja"}, ""),
        (_K.UNLINK, {"sign_in": "token"}, ""),
    ],
)
def test_what_no_door_makes_is_set_aside(kind: RequestKind, body: dict[str, str], evidence: str) -> None:
    assert not well_formed(_row(kind, body, evidence))


@pytest.mark.parametrize("body", [_FORM, _OFFICE, _CARD])
def test_only_the_website_names_the_account_itself(body: dict[str, str]) -> None:
    """Of the others a row may say what it likes: the worker finds out from what it verified."""
    request = _row(_K.SUBMIT, body | {"subject": "somebody"}, "token")
    case = submit(request, NOW, RULES).application
    assert case.subject == ""
    assert case.proof is not None
    assert (case.proof.evidence, case.proof.stamped_at) == ("token", NOW)


def test_what_storage_did_not_stamp_proves_nothing() -> None:
    request = replace(_row(_K.SUBMIT, _OFFICE, "token"), stamped_at=None)
    assert submit(request, NOW, RULES).application.proof is None

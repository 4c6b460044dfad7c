"""The fields of the application form, read and checked: errors are codes, the page finds the words."""

import re
from dataclasses import dataclass, field, replace
from secrets import token_hex

from functions._http.bodies import Form
from shared.domain.kinds import Language, Reason
from shared.domain.photo import PhotoDoubt

MAX_DETAILS = 2000
_MAX_ADDRESS = 254
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Filled:
    """What was filled in, and what is wrong with it."""

    form_id: str
    language: Language
    reason: Reason | None = None
    details: str = ""
    contact_email: str = ""
    photo: bytes = field(default=b"", repr=False)
    keep_doubts: bool = False
    doubts: tuple[PhotoDoubt, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    def doubted(self, doubts: tuple[PhotoDoubt, ...]) -> "Filled":
        """The same after a doubtful photo: the next one is taken as it is."""
        return replace(self, doubts=doubts, keep_doubts=True)


def fault_of_address(address: str) -> str:
    """What is wrong with an optional e-mail address, as a code; empty if nothing is."""
    if len(address) > _MAX_ADDRESS:
        return "too_long"
    return "invalid" if address and not _ADDRESS.fullmatch(address) else ""


def read_apply_form(form: Form, language: Language, *, tried: bool) -> Filled:
    """Read the form; ``tried`` says that this browser sent a doubtful photo a moment ago."""
    errors: dict[str, str] = {}
    reason = form.text("reason")
    if reason not in {each.value for each in Reason}:
        errors["reason"] = "invalid" if reason else "missing"
    details = form.text("details")
    if len(details) > MAX_DETAILS:
        errors["details"] = "too_long"
    chosen = form.text("language") or language.value
    if chosen not in {each.value for each in Language}:
        errors["language"] = "invalid"
    address = form.text("contact_email")
    wrong = fault_of_address(address)
    if wrong:
        errors["contact_email"] = wrong
    photo = form.files.get("photo", b"")
    if not photo:
        errors["photo"] = "missing"
    nonce = form.text("form_id")
    return Filled(
        form_id=nonce if _NONCE.fullmatch(nonce) else token_hex(16),
        language=language if "language" in errors else Language(chosen),
        reason=None if "reason" in errors else Reason(reason),
        details=details,
        contact_email=address,
        photo=photo,
        keep_doubts=tried or form.text("keep_doubts") == "on",
        errors=errors,
    )

"""The form of the freeze switch: the reason, the box, and the number of the switch that was on the page."""

from functions._http.bodies import Form
from shared.domain.freezing import TO_FREEZE, TO_THAW, FreezeReason
from shared.presentation.views import Errors

_LONGEST_NUMBER = 9


def read_turn(form: Form, *, freeze: bool, confirmed: bool) -> tuple[int, FreezeReason | None, Errors]:
    """Number, reason and what to correct; a script that asks for JSON has thought about it, and ticks no box."""
    allowed = {each.value: each for each in (TO_FREEZE if freeze else TO_THAW)}
    given = form.text("reason_code")
    errors: dict[str, str] = {}
    if given not in allowed:
        errors["reason_code"] = "invalid" if given else "missing"
    if not confirmed and form.text("confirm") != "on":
        errors["confirm"] = "missing"
    number = form.text("number")
    sane = number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER
    return int(number) if sane else -1, allowed.get(given), errors

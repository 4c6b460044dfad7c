"""The reviewer's form, read and checked."""

from functions._http.bodies import Form
from shared.domain.kinds import DecisionKind, ReasonCode
from shared.services.review_case import DecisionForm

MAX_MESSAGE = 1000


def read_decision_form(form: Form) -> tuple[DecisionForm | None, dict[str, str]]:
    """The decision, or None and what is wrong with it."""
    errors: dict[str, str] = {}
    decision = form.text("decision")
    if decision not in {each.value for each in DecisionKind}:
        errors["decision"] = "invalid" if decision else "missing"
    code = form.text("reason_code")
    if code and code not in {each.value for each in ReasonCode}:
        errors["reason_code"] = "invalid"
    if not code and decision in {DecisionKind.REJECT.value, DecisionKind.RETURN.value}:
        errors["reason_code"] = "missing"
    message = form.text("message")
    if len(message) > MAX_MESSAGE:
        errors["message"] = "too_long"
    if errors:
        return None, errors
    made = DecisionForm(
        decision=DecisionKind(decision),
        reason_code=ReasonCode(code) if code else None,
        message=message,
        confirm_contact=form.text("confirm_contact") == "on",
    )
    return made, {}

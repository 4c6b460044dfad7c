"""Members of staff, and whether one of them may decide a case: separation of duties as values."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.application import Application
from shared.domain.kinds import Role


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """Who signed in to the staff application, as a verified ID token says."""

    oid: str
    name: str
    roles: frozenset[str]


class DecisionBar(StrEnum):
    """Why somebody may not decide a case."""

    NOT_VERIFIED = "not_verified"
    NO_ROLE = "no_role"
    OWN_CASE = "own_case"
    OPERATED = "operated"
    APPROVED_ALREADY = "approved_already"


def bar_to_decide(
    application: Application, staff: StaffIdentity | None, *, employee_id: str = ""
) -> DecisionBar | None:
    """Why this member of staff may not decide this case; None if they may.

    Checks: verified token; role Reviewer; not the subject (by object id or employee id); no operator who touched the
    case; not an approver of it already (by object id or employee id).
    """
    if staff is None:
        return DecisionBar.NOT_VERIFIED
    if Role.REVIEWER.value not in staff.roles:
        return DecisionBar.NO_ROLE
    same_person = bool(employee_id) and employee_id == application.employee_id
    if staff.oid == application.subject or same_person:
        return DecisionBar.OWN_CASE
    if staff.oid in application.operators:
        return DecisionBar.OPERATED
    for each in application.approvals:
        if each.oid == staff.oid or (employee_id and each.employee_id == employee_id):
            return DecisionBar.APPROVED_ALREADY
    return None

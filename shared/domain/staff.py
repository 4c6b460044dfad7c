"""Members of staff, and whether one of them may decide a case: separation of duties as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.accounts import AccountFacts
from shared.domain.application import Application
from shared.domain.kinds import CounterBar, Role


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """Who signed in to the staff application, as a verified ID token says."""

    oid: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Decider:
    """Whom a staff request's own token names, with the employee id the directory has for them."""

    staff: StaffIdentity | None
    employee_id: str = ""
    groups: frozenset[str] = frozenset()
    """Object ids of their groups, where they matter: of a clerk."""

    @property
    def marks(self) -> tuple[str, ...]:
        """What this person is remembered by in a case: the account and, since it may not be the only one, the person."""
        mine = (self.staff.oid,) if self.staff else ()
        return (*mine, f"employee:{self.employee_id}") if self.employee_id else mine

    def may_operate(self, application: Application) -> bool:
        """Whether this is a verified operator, and not the person the case is about."""
        if self.staff is None or Role.OPERATOR.value not in self.staff.roles:
            return False
        same_person = bool(self.employee_id) and self.employee_id == application.employee_id
        return self.staff.oid != application.subject and not same_person


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
    if set(Decider(staff, employee_id).marks) & set(application.operators):
        return DecisionBar.OPERATED
    for each in application.approvals:
        if each.oid == staff.oid or (employee_id and each.employee_id == employee_id):
            return DecisionBar.APPROVED_ALREADY
    return None


def is_clerk(decider: Decider) -> bool:
    """Whether this is a verified office clerk."""
    return decider.staff is not None and Role.OFFICE_CLERK.value in decider.staff.roles


def bar_at_counter(
    clerk: Decider, account: AccountFacts, scopes: Mapping[str, frozenset[str]]
) -> CounterBar | None:
    """Why this clerk may not act for this account; None if they may.

    Checks: verified token and role; never for oneself (by object id or employee id); some group of the clerk is given a
    group or the faculty of the account, or ``*``.
    """
    if clerk.staff is None or not is_clerk(clerk):
        return CounterBar.NOT_VERIFIED
    same_person = bool(clerk.employee_id) and clerk.employee_id == account.employee_id
    if clerk.staff.oid == account.oid or same_person:
        return CounterBar.OWN_CASE
    fold = str.casefold
    mine = frozenset(map(fold, clerk.groups))
    theirs = frozenset(map(fold, (*account.groups, "*", account.affiliation))) - {""}
    given = (names for group, names in scopes.items() if fold(group) in mine)
    if not any(theirs & frozenset(map(fold, names)) for names in given):
        return CounterBar.NOT_IN_SCOPE
    return None

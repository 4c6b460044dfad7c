"""The sample people of the unit tests, as the directory has them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.accounts import AccountFacts, Address, Method, MethodKind
from shared.domain.kinds import Role
from shared.domain.staff import StaffIdentity

PROTECTED_GROUP = "group-of-operators"
CLERKS = "group-of-clerks"
OFFICE_SCOPES = {CLERKS: frozenset({"Faculty of Samples"})}
OUTSIDE = "hanako@home.example"
OWN_MAILBOX = "hanako@u.example"
TYPED = "typed@elsewhere.example"
REVIEWERS = ("reviewer-1@u.example", "reviewer-2@u.example")
OPERATORS = ("operator@u.example",)

AUTHENTICATOR = Method(
    MethodKind.MICROSOFT_AUTHENTICATOR, "old-phone", datetime(2025, 4, 1, tzinfo=UTC), label="old phone"
)
NUMBER = Method(MethodKind.PHONE, "mobile", fingerprint="hash-of-old-number", label="+81 ***12")
PASSWORD = Method(MethodKind.PASSWORD, "password")
NEW_METHOD = Method(MethodKind.MICROSOFT_AUTHENTICATOR, "new-phone", datetime(2026, 7, 21, tzinfo=UTC))


def account(oid: str, **differs: object) -> AccountFacts:
    """An ordinary account to which a pass may be given; ``differs`` names what is not ordinary."""
    ordinary: dict[str, object] = {
        "oid": oid,
        "upn": f"{oid}@u.example",
        "display_name": f"Name of {oid}",
        "enabled": True,
        "member": True,
        "affiliation": "Faculty of Samples",
        "employee_id": f"employee-{oid}",
        "groups": frozenset({"group-of-everybody"}),
        "directory_roles": frozenset(),
        "eligible_roles": frozenset(),
        "in_pass_policy": True,
        "pass_minutes": 60,
        "addresses": (Address(f"{oid}@home.example", own_mailbox=False),),
    }
    return AccountFacts(**(ordinary | differs))  # type: ignore[arg-type]  # every field is named above


STUDENT = account(
    "hanako",
    addresses=(Address(OUTSIDE, own_mailbox=False), Address(OWN_MAILBOX, own_mailbox=True)),
)

REFUSED_ACCOUNTS: dict[str, AccountFacts | None] = {
    "account_exists": None,
    "account_enabled": account("hanako", enabled=False),
    "member": account("hanako", member=False),
    "in_pass_policy": account("hanako", in_pass_policy=False),
    "no_directory_role": account("hanako", directory_roles=frozenset({"role-1"})),
    "no_eligible_role": account("hanako", eligible_roles=frozenset({"role-2"})),
    "not_protected": account("hanako", groups=frozenset({PROTECTED_GROUP})),
    "address_on_file": account("hanako", addresses=()),
}
"""For each guard an account that this guard, and no other, refuses."""


@dataclass(frozen=True)
class Staff:
    """A member of staff with the ID token they are signed in with."""

    identity: StaffIdentity
    token: str


def staff_account(oid: str) -> AccountFacts:
    """The account of a member of staff; clerks are in the group that acts for the students' faculty."""
    clerk = Role.OFFICE_CLERK.value in staff_roles()[oid]
    return account(oid, groups=frozenset({"group-of-everybody", *([CLERKS] if clerk else [])}))


def staff_roles() -> dict[str, tuple[str, ...]]:
    """Who of the sample staff has which roles."""
    return {
        "rei": (Role.REVIEWER.value,),
        "ren": (Role.REVIEWER.value,),
        "ope": (Role.OPERATOR.value,),
        "both": (Role.REVIEWER.value, Role.OPERATOR.value),
        "aud": (Role.AUDITOR.value,),
        "cleo": (Role.OFFICE_CLERK.value,),
        "clem": (Role.OFFICE_CLERK.value,),
        "all": (Role.OFFICE_CLERK.value, Role.REVIEWER.value, Role.OPERATOR.value),
    }

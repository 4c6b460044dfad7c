"""What the directory says about an account, and the guards that decide whether a pass may ever be made for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.kinds import Guard


@dataclass(frozen=True, slots=True)
class Address:
    """An address the university already trusts.

    Attributes:
        value: The address.
        own_mailbox: Whether it is the account's own mailbox, which a locked-out person may be unable to open.
    """

    value: str
    own_mailbox: bool


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account as the directory has it now.

    Attributes:
        oid: Object id, the only identity that is kept.
        upn: User principal name at this moment; it can be renamed.
        display_name: Name in the directory, compared with the card by a human.
        enabled: ``accountEnabled``.
        member: ``userType`` is Member and the account is no external user.
        affiliation: Faculty or department as the directory has it.
        employee_id: Two accounts with the same one belong to one person.
        groups: Object ids of all groups, nested ones included.
        directory_roles: Role definitions assigned directly or through a group.
        eligible_roles: Roles that could be activated (PIM), directly or through a group.
        in_pass_policy: Whether the Temporary Access Pass policy lets this account sign in with a pass.
        pass_minutes: Shortest life (minutes) that the policy allows for a pass.
        addresses: Addresses on file, own mailbox last.
        password_changed_at: When the password was last changed or set (UTC); None where Entra does not say.
    """

    oid: str
    upn: str
    display_name: str
    enabled: bool
    member: bool
    affiliation: str
    employee_id: str
    groups: frozenset[str]
    directory_roles: frozenset[str]
    eligible_roles: frozenset[str]
    in_pass_policy: bool
    pass_minutes: int
    addresses: tuple[Address, ...]
    password_changed_at: datetime | None = None


class MethodKind(StrEnum):
    """Kinds of authentication methods as Microsoft Graph names them; anything else is ``UNKNOWN`` and never touched."""

    PASSWORD = "password"
    EMAIL = "email"
    PHONE = "phone"
    MICROSOFT_AUTHENTICATOR = "microsoftAuthenticator"
    SOFTWARE_OATH = "softwareOath"
    HARDWARE_OATH = "hardwareOath"
    FIDO2 = "fido2"
    WINDOWS_HELLO = "windowsHelloForBusiness"
    PLATFORM_CREDENTIAL = "platformCredential"
    TEMPORARY_ACCESS_PASS = "temporaryAccessPass"
    UNKNOWN = "unknown"

    @property
    def is_mfa(self) -> bool:
        """Whether it satisfies MFA at sign-in and can be registered by the person (a pass does not count)."""
        return self not in {
            MethodKind.PASSWORD,
            MethodKind.EMAIL,
            MethodKind.TEMPORARY_ACCESS_PASS,
            MethodKind.UNKNOWN,
        }


@dataclass(frozen=True, slots=True)
class Method:
    """A registered authentication method.

    Attributes:
        kind: What it is.
        id: Its id in Graph; for a phone a constant per slot.
        created_at: When it was registered (UTC), if Graph says so.
        fingerprint: Keyed hash of a phone number, since the id of a phone slot never changes; empty for other kinds.
        label: Masked words for a person, such as the last two digits; never a whole number.
    """

    kind: MethodKind
    id: str
    created_at: datetime | None = None
    fingerprint: str = ""
    label: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes it the same method as one remembered earlier."""
        created = self.created_at.isoformat() if self.created_at else ""
        return (self.kind.value, self.id, created, self.fingerprint)


@dataclass(frozen=True, slots=True)
class LivePass:
    """A pass as Graph lists it: never with its code. Times are UTC."""

    id: str
    usable: bool
    starts_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class GuardResult:
    """One guard, asked once: passed, or refused with a word for staff (never for the applicant)."""

    guard: Guard
    passed: bool
    detail: str = ""


def account_guards(
    facts: AccountFacts | None, *, protected: frozenset[str], in_person: bool = False
) -> tuple[GuardResult, ...]:
    """Ask every guard about an account; ``None`` means that the directory does not know it.

    Whoever was there ``in_person`` (at the counter, or with the card) needs no address on file.
    Whether the service is frozen is no matter of the account: it puts the pass off, and parks nobody (``step_of_brake``).
    Sources of the rules: DESIGN section 2 "Guards". App-only Graph has no guard of its own for administrators.
    """
    if facts is None:
        return (GuardResult(Guard.ACCOUNT_EXISTS, passed=False),)
    fold = str.casefold
    shared_groups = frozenset(map(fold, facts.groups)) & frozenset(map(fold, protected))
    address = (GuardResult(Guard.ADDRESS_ON_FILE, passed=bool(facts.addresses)),)
    return (
        GuardResult(Guard.ACCOUNT_EXISTS, passed=True),
        GuardResult(Guard.ACCOUNT_ENABLED, passed=facts.enabled),
        GuardResult(Guard.MEMBER, passed=facts.member),
        GuardResult(Guard.IN_PASS_POLICY, passed=facts.in_pass_policy),
        GuardResult(
            Guard.NO_DIRECTORY_ROLE, passed=not facts.directory_roles, detail=_count(facts.directory_roles)
        ),
        GuardResult(
            Guard.NO_ELIGIBLE_ROLE, passed=not facts.eligible_roles, detail=_count(facts.eligible_roles)
        ),
        GuardResult(Guard.NOT_PROTECTED, passed=not shared_groups, detail=_count(shared_groups)),
        *(() if in_person else address),
    )


def refused(results: Iterable[GuardResult]) -> tuple[GuardResult, ...]:
    """The guards that did not pass."""
    return tuple(each for each in results if not each.passed)


def _count(found: frozenset[str]) -> str:
    return str(len(found)) if found else ""

"""What the local directory keeps of people, groups and roles."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from local.graph.methods import Method
from local.graph.passes import TemporaryAccessPass, parse_stamp, stamp

if TYPE_CHECKING:
    from datetime import datetime

#: What ``GET /users/{id}`` returns without ``$select``: not ``accountEnabled``, not ``userType``.
DEFAULT_PROPERTIES: Final = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip


@dataclass(kw_only=True, slots=True)
class User:
    """One account. ``external``: a guest invited from elsewhere (an internal guest is only ``Guest``)."""

    id: str
    upn: str
    name: str
    given_name: str | None = None
    surname: str | None = None
    mail: str | None = None
    other_mails: list[str] = field(default_factory=list)
    enabled: bool = True
    user_type: str = "Member"
    external: bool = False
    deleted: bool = False
    synced: bool = False
    faculty: str | None = None
    affiliation: str | None = None
    employee_id: str | None = None
    default_method: str | None = None
    methods: list[Method] = field(default_factory=list)
    current_pass: TemporaryAccessPass | None = None
    sessions_revoked: int = 0
    sessions_valid_from: datetime | None = None
    password_changed: datetime | None = None

    def document(self) -> dict[str, Any]:
        """Return every property Graph could be asked for."""
        return {
            "id": self.id,
            "userPrincipalName": self.upn,
            "displayName": self.name,
            "givenName": self.given_name,
            "surname": self.surname,
            "mail": self.mail,
            "otherMails": list(self.other_mails),
            "accountEnabled": self.enabled,
            "userType": self.user_type,
            "creationType": "Invitation" if self.external else None,
            "externalUserState": "Accepted" if self.external else None,
            "onPremisesSyncEnabled": True if self.synced else None,
            "department": self.faculty,
            "employeeType": self.affiliation,
            "employeeId": self.employee_id,
            "signInSessionsValidFromDateTime": stamp(self.sessions_valid_from)
            if self.sessions_valid_from
            else None,
            "lastPasswordChangeDateTime": stamp(self.password_changed) if self.password_changed else None,
            "businessPhones": [],
            "jobTitle": None,
            "mobilePhone": None,
            "officeLocation": None,
            "preferredLanguage": None,
        }

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the snapshot of the local cloud."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {
            **plain,
            "methods": [method.to_json() for method in self.methods],
            "current_pass": self.current_pass.to_json() if self.current_pass else None,
            "sessions_valid_from": stamp(self.sessions_valid_from) if self.sessions_valid_from else None,
            "password_changed": stamp(self.password_changed) if self.password_changed else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> User:
        """Read what :meth:`to_json` wrote."""
        valid_from, changed = data["sessions_valid_from"], data.get("password_changed")
        return cls(
            **{name: data[name] for name in _PLAIN},
            methods=[Method.from_json(item) for item in data["methods"]],
            current_pass=TemporaryAccessPass.from_json(data["current_pass"])
            if data["current_pass"]
            else None,
            sessions_valid_from=parse_stamp(valid_from) if valid_from else None,
            password_changed=parse_stamp(changed) if changed else None,
        )


_PLAIN: Final = tuple(
    name
    for name in User.__slots__
    if name not in {"methods", "current_pass", "sessions_valid_from", "password_changed"}
)


@dataclass(kw_only=True, slots=True)
class Group:
    """A group or, with ``unit``, an administrative unit. ``members`` are ids of users and groups."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    assignable: bool = False
    unit: bool = False

    def document(self, *, readable: bool) -> dict[str, Any]:
        """Return it as Graph shows it; a caller who may not read groups sees its id only."""
        kind = "administrativeUnit" if self.unit else "group"
        seen: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind}", "id": self.id}
        if self.unit:
            return seen | {"displayName": self.name if readable else None}
        return seen | {
            "displayName": self.name if readable else None,
            "securityEnabled": True if readable else None,
            "isAssignableToRole": (True if self.assignable else None) if readable else None,
        }

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the snapshot of the local cloud."""
        return asdict(self)


@dataclass(kw_only=True, slots=True)
class Grant:
    """A directory role given to a principal: active, or (``eligible``) only to be activated through PIM.

    ``scope`` is ``/`` for the whole directory or names an administrative unit.
    """

    id: str
    principal: str
    role: str
    scope: str = "/"
    eligible: bool = False

    def document(self) -> dict[str, Any]:
        """Return it as Graph shows it."""
        kind = "unifiedRoleEligibilityScheduleInstance" if self.eligible else "unifiedRoleAssignment"
        return {
            "@odata.type": f"#microsoft.graph.{kind}",
            "id": self.id,
            "principalId": self.principal,
            "roleDefinitionId": self.role,
            "directoryScopeId": self.scope,
        }

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the snapshot of the local cloud."""
        return asdict(self)

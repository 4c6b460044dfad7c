"""Authentication methods of a person: their kinds, paths and fixed ids."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from local.graph.errors import bad_request
from local.graph.passes import parse_stamp, stamp

#: kind -> (path segment of its own collection, word in the permission name). learn.microsoft.com:
#: authentication methods overview; permission names of October 2025.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "password": ("passwordMethods", "Password"),
    "email": ("emailMethods", "Email"),
    "phone": ("phoneMethods", "Phone"),
    "microsoftAuthenticator": ("microsoftAuthenticatorMethods", "MicrosoftAuthApp"),
    "softwareOath": ("softwareOathMethods", "SoftwareOATH"),
    "hardwareOath": ("hardwareOathMethods", "HardwareOATH"),
    "fido2": ("fido2Methods", "Passkey"),
    "windowsHelloForBusiness": ("windowsHelloForBusinessMethods", "WindowsHello"),
    "platformCredential": ("platformCredentialMethods", "PlatformCred"),
    "qrCodePin": ("qrCodePinMethods", "QR"),
    "externalAuthenticationMethod": ("externalAuthenticationMethods", "External"),
}
#: Kinds whose own collection exists only on /beta (msgraph-sdk 1.65 has none for v1.0).
BETA_ONLY: Final = frozenset({"hardwareOath", "qrCodePin"})
#: A kind this service does not know, as Graph may add one any day.
UNKNOWN_KIND: Final = "futureGesture"
#: Kinds that satisfy MFA at sign-in.
MFA_KINDS: Final = frozenset(KINDS) - {"password", "email"}
#: Ids that never change and are the same for everybody.
#: https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete
PHONE_IDS: Final = {
    "mobile": "3179e48a-750b-4051-897c-87b9720928f7",
    "alternateMobile": "b6332ec1-7057-4abe-9331-3d72feddfe41",
    "office": "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}
EMAIL_ID: Final = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
PASSWORD_ID: Final = "28c10230-6103-485e-b985-444c60001490"


@dataclass(kw_only=True, slots=True)
class Method:
    """One registered method. ``details`` are Graph's own properties, such as ``phoneNumber``."""

    kind: str
    id: str
    created: datetime
    details: dict[str, Any] = field(default_factory=dict)
    shown_from: datetime | None = None
    hidden_from: datetime | None = None

    def listed(self, now: datetime) -> bool:
        """Tell whether a list shows it: reads may lag behind writes."""
        if self.hidden_from is not None and now >= self.hidden_from:
            return False
        return self.shown_from is None or now >= self.shown_from

    def document(self, *, mask: bool) -> dict[str, Any]:
        """Return it as Graph shows it; phone numbers masked if asked."""
        details = dict(self.details)
        if mask and "phoneNumber" in details:
            details["phoneNumber"] = "+XX XXXXXXX" + str(details["phoneNumber"])[-2:]
        suffix = "" if self.kind.endswith("AuthenticationMethod") else "AuthenticationMethod"
        return {
            "@odata.type": f"#microsoft.graph.{self.kind}{suffix}",
            "id": self.id,
            "createdDateTime": stamp(self.created),
            **details,
        }

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the snapshot of the local cloud."""
        return {
            "kind": self.kind,
            "id": self.id,
            "created": stamp(self.created),
            "details": self.details,
            "shown_from": stamp(self.shown_from) if self.shown_from else None,
            "hidden_from": stamp(self.hidden_from) if self.hidden_from else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Method:
        """Read what :meth:`to_json` wrote."""
        return cls(
            kind=data["kind"],
            id=data["id"],
            created=parse_stamp(data["created"]),
            details=data["details"],
            shown_from=parse_stamp(data["shown_from"]) if data["shown_from"] else None,
            hidden_from=parse_stamp(data["hidden_from"]) if data["hidden_from"] else None,
        )


def with_defaults(kind: str, details: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of a newly registered method, sample values where none are given."""
    defaults: dict[str, Any] = {}
    if kind == "phone":
        defaults = {"phoneType": "mobile", "phoneNumber": "+81 9000000000"}
    if kind in {"microsoftAuthenticator", "fido2", "windowsHelloForBusiness", "hardwareOath"}:
        defaults = {"displayName": "Sample device"}
    if kind == "email":
        defaults = {"emailAddress": "sample@mail.example.com"}
    return defaults | details


def new_id(kind: str, details: dict[str, Any]) -> str:
    """Return the id of a new method: a constant for phones and e-mail, else what is given or random."""
    given = details.pop("id", None)
    if kind == "phone":
        slot = str(details["phoneType"])
        if slot not in PHONE_IDS:
            message = f"unknown phone type: {slot}"
            raise bad_request(message)
        return PHONE_IDS[slot]
    if kind == "email":
        return EMAIL_ID
    return str(given or uuid.uuid4())

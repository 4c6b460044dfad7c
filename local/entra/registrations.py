"""The application registrations and managed identities of the local tenant."""

from dataclasses import dataclass, field

from local import configuration
from local.entra.tokens import GRAPH_AUDIENCE

OIDC_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
API_URI = f"api://{configuration.API_CLIENT_ID}"
FRONTEND_CLIENT_ID = "aaaaaaaa-0000-4000-8000-000000000005"
"""A sample of "another frontend": a confidential client that calls the service's JSON API for its user."""
FRONTEND_REDIRECT_URI = "http://localhost:7079/callback"

WORKER_GRAPH_ROLES = (
    "UserAuthMethod-TAP.ReadWrite.All",
    "UserAuthenticationMethod.Read.All",
    "UserAuthMethod-Phone.ReadWrite.All",
    "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
    "UserAuthMethod-SoftwareOATH.ReadWrite.All",
    "UserAuthMethod-HardwareOATH.ReadWrite.All",
    "UserAuthMethod-Passkey.ReadWrite.All",
    "UserAuthMethod-WindowsHello.ReadWrite.All",
    "UserAuthMethod-PlatformCred.ReadWrite.All",
    "Policy.Read.AuthenticationMethod",
    "User.Read.All",
    "GroupMember.Read.All",
    "RoleManagement.Read.Directory",
    "RoleEligibilitySchedule.Read.Directory",
    "User.RevokeSessions.All",
)
"""Exactly what the worker needs (granular app roles), none of the broad ones."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """An application, or a managed identity, that may ask for tokens."""

    client_id: str
    name: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    signed_out_uris: tuple[str, ...] = ()
    has_app_roles: bool = False
    """Its ID tokens carry the person's `roles`."""
    scopes: frozenset[str] = OIDC_SCOPES
    """What may be asked for without a second factor: everything else demands MFA (Conditional Access)."""
    trusts: frozenset[str] = frozenset()
    """Identities, by client id, whose tokens for the exchange stand for the secret (federated identity credential)."""
    app_roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Application permissions granted to it, by the identifier URI of the resource."""


def of(local: configuration.Configuration) -> dict[str, Registration]:
    """All registrations by client id, with the redirect addresses of this run."""
    callback = (f"{local.base_url}/auth/callback",)
    home = (f"{local.base_url}/",)
    found = (
        Registration(
            client_id=configuration.APPLICANT_CLIENT_ID,
            name="認証方法の再登録（申請者） Reregistration (applicants)",
            secret=configuration.local_secret(configuration.APPLICANT_CLIENT_ID),
            redirect_uris=callback,
            signed_out_uris=home,
            trusts=frozenset({configuration.WEB_IDENTITY_ID}),
        ),
        Registration(
            client_id=configuration.STAFF_CLIENT_ID,
            name="認証方法の再登録（職員） Reregistration (staff)",
            secret=configuration.local_secret(configuration.STAFF_CLIENT_ID),
            redirect_uris=callback,
            signed_out_uris=home,
            trusts=frozenset({configuration.WEB_IDENTITY_ID}),
            has_app_roles=True,
        ),
        Registration(
            client_id=FRONTEND_CLIENT_ID,
            name="別の窓口サイト（見本） Another frontend (sample)",
            secret=configuration.local_secret(FRONTEND_CLIENT_ID),
            redirect_uris=(FRONTEND_REDIRECT_URI,),
            scopes=OIDC_SCOPES | {f"{API_URI}/Applications.Submit"},
        ),
        Registration(
            client_id=configuration.FORMS_CLIENT_ID,
            name="Power Automate フロー（見本） Power Automate flow (sample)",
            secret=configuration.local_secret(configuration.FORMS_CLIENT_ID),
            app_roles={API_URI: ("Forms.Submit",)},
        ),
        Registration(
            client_id=configuration.WEB_IDENTITY_ID,
            name="Managed identity of web",
            secret=configuration.local_secret(configuration.WEB_IDENTITY_ID),
        ),
        Registration(
            client_id=configuration.WORKER_IDENTITY_ID,
            name="Managed identity of worker",
            secret=configuration.local_secret(configuration.WORKER_IDENTITY_ID),
            app_roles={GRAPH_AUDIENCE: WORKER_GRAPH_ROLES},
        ),
    )
    return {registration.client_id: registration for registration in found}

"""Signing in and cookies: who visits, and what their browser keeps."""

import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from shared.bootstrap.chosen import base_url, settings
from shared.bootstrap.parts import parts

if TYPE_CHECKING:
    import requests

    from shared.adapters.id_tokens import Issuer
    from shared.adapters.identity_proof import IdentityProof
    from shared.adapters.msal_sign_in import SignedIn, SignIn
    from shared.adapters.sessions import CookieKind, Cookies
    from shared.ports import FreshSignIns, SignInProbe, StaffTokens

_LOG = logging.getLogger(__name__)

type SignInRole = Literal["applicant", "staff", "linker"]
type CookieName = Literal["applicant", "staff", "flow", "pickup", "verify", "card", "linker"]


def sign_in_page() -> str:
    """Where the browser goes to sign in: its origin is allowed as the target of our forms."""
    return parts().entra_page or settings().authority


async def start_sign_in(
    role: SignInRole, next_path: str, *, login_hint: str = ""
) -> tuple[str, dict[str, Any]]:
    """Begin a sign-in: the address to go to, and what the flow's cookie must hold.

    Raises:
        UnavailableError: the issuer cannot be reached.
    """
    from shared.adapters.msal_sign_in import SignInKind, SignInRefusedError
    from shared.ports import UnavailableError

    try:
        return await _sign_in().start(SignInKind(role), next_path, login_hint=login_hint)
    except SignInRefusedError as error:
        raise UnavailableError(str(error)) from error


async def finish_sign_in(flow: Mapping[str, Any], query: Mapping[str, str]) -> "SignedIn | str":
    """End a sign-in: who it is, or the code of what went wrong."""
    from shared.adapters.msal_sign_in import SignInRefusedError

    try:
        return await _sign_in().finish(flow, query)
    except SignInRefusedError as error:
        _LOG.warning("sign-in refused: %s", error)
        return error.code.value


async def sign_out_page() -> str:
    """Where the browser goes to end the Entra session too; empty if Entra cannot be reached."""
    from shared.adapters.msal_sign_in import SignInRefusedError

    try:
        return await _sign_in().sign_out_url(f"{base_url()}/")
    except SignInRefusedError:
        return ""


def seal_cookie(name: CookieName, payload: Mapping[str, Any], *, ends_at: float | None = None) -> str:
    """The ``Set-Cookie`` header of a signed cookie."""
    return _cookies().seal(_kind(name), payload, ends_at=ends_at).header


def open_cookie(name: CookieName, cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """What a browser's cookie holds, if it is good."""
    return _cookies().open(_kind(name), cookies)


def remove_cookie(name: CookieName) -> str:
    """The ``Set-Cookie`` header that makes a browser forget a cookie."""
    return _cookies().removed(_kind(name)).header


@cache
def staff_tokens() -> "StaffTokens":
    """Verifies the tokens of members of staff."""
    from shared.adapters.id_tokens import IdTokens
    from shared.adapters.staff_tokens import EntraStaffTokens

    given = settings()
    tokens = IdTokens(
        issuer(),
        tenant_id=given.tenant_id,
        client_id=given.staff_client_id,
        auth_context=given.staff_auth_context,
    )
    return EntraStaffTokens(tokens)


@cache
def fresh_sign_ins() -> "FreshSignIns":
    """Verifies that an account signed in with MFA a moment ago; believes nobody where the card is no way in."""
    from shared.adapters.fresh_sign_ins import EntraFreshSignIns, NoFreshSignIns
    from shared.adapters.id_tokens import IdTokens
    from shared.domain.kinds import Channel

    given = settings()
    if not given.is_on(Channel.IDENTITY_VERIFICATION):
        return NoFreshSignIns()
    tokens = IdTokens(
        issuer(),
        tenant_id=given.tenant_id,
        client_id=given.applicant_client_id,
        auth_context=given.link_auth_context,
    )
    return EntraFreshSignIns(tokens)


@cache
def _sign_in() -> "SignIn":
    from shared.adapters.msal_sign_in import AppRegistration, SignIn, SignInKind

    given = settings()
    applicants = AppRegistration(
        given.applicant_client_id, _proof(given.applicant_client_secret.get_secret_value())
    )
    return SignIn(
        issuer(),
        {
            SignInKind.APPLICANT: applicants,
            SignInKind.LINKER: applicants,
            SignInKind.STAFF: AppRegistration(
                given.staff_client_id, _proof(given.staff_client_secret.get_secret_value())
            ),
        },
        redirect_uri=f"{given.base_url}/auth/callback",
        tenant_id=given.tenant_id,
        auth_context=given.staff_auth_context,
        link_auth_context=given.link_auth_context,
    )


def sign_in_probe() -> "SignInProbe | None":
    """Asks Entra whether it takes web's identity for the registrations; None where secrets stand for them, and on the worker."""
    from shared.adapters.entra_probe import EntraCalls
    from shared.domain.health import SignInAs

    given = settings()
    if not given.sign_in_with_identity or given.app_role == "worker":
        return None
    graph = urlsplit(given.graph_url)
    return EntraCalls(
        issuer(),
        _identity_proof(),
        {SignInAs.APPLICANTS: given.applicant_client_id, SignInAs.STAFF: given.staff_client_id},
        scope=f"{graph.scheme}://{graph.netloc}/.default",
    )


def _proof(secret: str) -> "str | Callable[[], str]":
    """What proves to Entra that we are a registration: its secret, or tokens of this app's identity, which needs none."""
    return _identity_proof() if settings().sign_in_with_identity else secret


@cache
def _identity_proof() -> "IdentityProof":
    from azure.identity import ManagedIdentityCredential

    from shared.adapters.identity_proof import IdentityProof

    return IdentityProof(ManagedIdentityCredential(client_id=settings().identity_client_id or None))


@cache
def issuer() -> "Issuer":
    """Who signs the tokens of this tenant; its keys are kept once a process."""
    from shared.adapters.id_tokens import Issuer

    return Issuer(settings().authority, http_session())


@cache
def _cookies() -> "Cookies":
    from shared.adapters.sessions import Cookies

    return Cookies([each.get_secret_value() for each in settings().cookie_keys], base_url())


def _kind(name: CookieName) -> "CookieKind":
    from shared.adapters.sessions import CookieKind

    return CookieKind[name.upper()]


@cache
def http_session() -> "requests.Session":
    """What reaches the issuers of sign-ins."""
    import requests

    make = parts().http_session
    return make() if make else requests.Session()

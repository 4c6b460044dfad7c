"""Sign-in with Entra ID by MSAL: authorization code with PKCE, for applicants (password only), staff and linking (MFA).

Applicants ask for OIDC scopes and nothing else: whoever has lost all methods can still sign in with the password then
(entra.md 10). Staff ask for an authentication context in the ID token, since version 2.0 tokens have no ``amr``. Whoever links a
card asks for one too, through the applicants' registration, and signs in anew: ``auth_time`` says when that was.
The ID token is validated here; of MSAL's checks only state and nonce exist (toolbox.md), and both are made again.
"""

import asyncio
import hashlib
import hmac
import json
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from shared.adapters.id_tokens import (
    LEEWAY,
    IdToken,
    IdTokens,
    Issuer,
    IssuerUnavailableError,
    TokenFault,
    WrongTokenError,
)
from shared.adapters.identity_proof import IdentityUnavailableError

_KEPT: Final = ("state", "redirect_uri", "scope", "code_verifier", "nonce", "claims_challenge")
"""What MSAL needs to finish; the address of the sign-in page, which it also keeps, would only fill the cookie.

``max_age`` is left out on purpose: MSAL's error about it holds the whole token, and ``auth_time`` is checked here."""
FRESH_SECONDS: Final = 600
"""How long ago the sign-in of somebody who links a card may be."""


class SignInKind(StrEnum):
    """As what somebody signs in: with a password, as staff, or once more with MFA to link a card (applicants' registration)."""

    APPLICANT = "applicant"
    STAFF = "staff"
    LINKER = "linker"


class Refusal(StrEnum):
    """Why a sign-in did not succeed; each has its own words on the page."""

    CANCELLED = "cancelled"
    EXPIRED_FLOW = "expired_flow"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - a word, not a secret
    NOT_ALLOWED = "not_allowed"
    NOT_FRESH = "not_fresh"
    UNAVAILABLE = "unavailable"


_BY_ERROR: Final = {
    "access_denied": Refusal.CANCELLED,
    "invalid_grant": Refusal.EXPIRED_FLOW,  # the code ran out or was used: Back and Reload do that
    "interaction_required": Refusal.NOT_ALLOWED,
    "login_required": Refusal.NOT_ALLOWED,
    "consent_required": Refusal.NOT_ALLOWED,
    "unauthorized_client": Refusal.NOT_ALLOWED,
}
"""By RFC 6749 and OpenID Connect; anything else is the issuer's trouble or our configuration's."""


class SignInRefusedError(Exception):
    """A sign-in that did not succeed. The text never holds what the issuer sent."""

    def __init__(self, code: Refusal, fault: str = "") -> None:
        """Keep the code for the page and a static word for the log."""
        super().__init__(f"{code.value} {fault}".strip())
        self.code = code
        self.fault = fault


@dataclass(frozen=True, slots=True)
class AppRegistration:
    """An application registration and what proves that we are it.

    Attributes:
        client_id: Its id.
        proof: Its secret; or what makes a token of an identity that the registration trusts, anew for each sign-in
            (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity),
            and raises ``IdentityUnavailableError``.
    """

    client_id: str
    proof: str | Callable[[], str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in.

    Attributes:
        kind: As what.
        oid: Object id: the only identity.
        upn: For showing only.
        name: For showing only.
        roles: App roles; empty for applicants, and for staff without one, whom every staff page refuses.
        id_token: Evidence for the worker; ``repr`` hides it.
        expires_at: When the token, and with it a staff session, ends (UTC, real time).
        tid: Tenant.
        next: Where the person wanted to go, as given to ``start``.
        signed_in_at: When the person really signed in (UTC, real time); set for ``LINKER`` only.
    """

    kind: SignInKind
    oid: str
    upn: str
    name: str
    roles: frozenset[str]
    id_token: str = field(repr=False)
    expires_at: datetime
    tid: str
    next: str
    signed_in_at: datetime | None = None


class SignIn:
    """Starts and finishes sign-ins. Nothing is kept between the two but what the browser's cookie holds."""

    def __init__(
        self,
        issuer: Issuer,
        registrations: Mapping[SignInKind, AppRegistration],
        *,
        redirect_uri: str,
        tenant_id: str,
        auth_context: str,
        link_auth_context: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Reach nothing yet.

        Args:
            issuer: The tenant's issuer.
            registrations: The application registration of each kind.
            redirect_uri: Our address to which the browser comes back.
            tenant_id: The only tenant whose people may sign in.
            auth_context: Authentication context that staff must satisfy.
            link_auth_context: The one that whoever links a card must satisfy.
            clock: Real time in seconds since the epoch.
        """
        self._issuer = issuer
        self._registrations = dict(registrations)
        self._redirect_uri = redirect_uri
        self._contexts = {SignInKind.STAFF: auth_context, SignInKind.LINKER: link_auth_context}
        self._clock = clock
        self._lock = threading.Lock()
        self._clients: dict[SignInKind, Any] = {}
        self._tokens = {
            kind: IdTokens(
                issuer,
                tenant_id=tenant_id,
                client_id=registration.client_id,
                auth_context=self._contexts.get(kind, ""),
            )
            for kind, registration in self._registrations.items()
        }

    async def start(
        self, kind: SignInKind, next_path: str, *, login_hint: str = ""
    ) -> tuple[str, dict[str, Any]]:
        """The address to which the browser goes, and what its cookie must hold until it comes back.

        Raises:
            SignInRefusedError: the issuer cannot be reached.
        """
        flow = await asyncio.to_thread(self._start, kind, login_hint)
        kept = {name: flow[name] for name in _KEPT if flow.get(name) is not None}
        return str(flow["auth_uri"]), {"kind": kind.value, "next": next_path, "flow": kept}

    async def finish(self, flow: Mapping[str, Any], query: Mapping[str, str]) -> SignedIn:
        """Who signed in, from the cookie's content and the query with which the browser came back.

        Raises:
            SignInRefusedError: nobody did; its code says why.
        """
        try:
            kind, next_path, kept = SignInKind(flow["kind"]), str(flow["next"]), dict(flow["flow"])
        except (KeyError, TypeError, ValueError) as error:
            raise SignInRefusedError(Refusal.EXPIRED_FLOW, "flow") from error
        token = await asyncio.to_thread(self._finish, kind, kept, dict(query))
        signed_in_at = self._fresh(token) if kind is SignInKind.LINKER else None
        return SignedIn(
            kind=kind,
            oid=token.oid,
            upn=token.upn,
            name=token.name,
            roles=token.roles,
            id_token=token.raw,
            expires_at=datetime.fromtimestamp(token.expires_at, UTC),
            tid=token.tid,
            next=next_path,
            signed_in_at=signed_in_at,
        )

    async def sign_out_url(self, return_to: str) -> str:
        """The issuer's address that ends its session too and sends the browser back to ``return_to`` (registered).

        Raises:
            SignInRefusedError: the issuer cannot be reached.
        """
        try:
            address = await asyncio.to_thread(self._issuer.endpoint, "end_session_endpoint")
        except IssuerUnavailableError as error:
            raise SignInRefusedError(Refusal.UNAVAILABLE) from error
        return f"{address}?{urlencode({'post_logout_redirect_uri': return_to})}"

    def _start(self, kind: SignInKind, login_hint: str) -> dict[str, Any]:
        options: dict[str, Any] = {"login_hint": login_hint} if login_hint else {}
        if kind in self._contexts:
            options["claims_challenge"] = _claims(self._contexts[kind], auth_time=kind is SignInKind.LINKER)
        if kind is SignInKind.LINKER:
            options |= {"prompt": "login", "max_age": FRESH_SECONDS}
        client = self._client(kind)
        # MSAL would prefer form_post, which reaches us only with cookies of SameSite=None.
        warnings.filterwarnings(
            "ignore", message="response_mode='form_post' is recommended", category=UserWarning
        )
        flow: dict[str, Any] = client.initiate_auth_code_flow(
            scopes=[], redirect_uri=self._redirect_uri, response_mode="query", **options
        )
        return flow

    def _finish(self, kind: SignInKind, flow: dict[str, Any], query: dict[str, str]) -> IdToken:
        import requests
        from msal.exceptions import MsalServiceError

        state = str(flow.get("state", ""))
        if not state or not hmac.compare_digest(state.encode(), query.get("state", "").encode()):
            raise SignInRefusedError(Refusal.EXPIRED_FLOW, "state")
        client = self._client(kind)
        try:
            answer = client.acquire_token_by_auth_code_flow(flow, query)
        except (requests.RequestException, MsalServiceError) as error:
            raise SignInRefusedError(Refusal.UNAVAILABLE, "token endpoint") from error
        except IdentityUnavailableError as error:
            raise SignInRefusedError(Refusal.UNAVAILABLE, "managed identity") from error
        except (ValueError, RuntimeError, KeyError) as error:
            raise SignInRefusedError(Refusal.WRONG_TOKEN, "msal") from error
        if "error" in answer:
            code = _BY_ERROR.get(str(answer["error"]), Refusal.UNAVAILABLE)
            raise SignInRefusedError(code, "refused by the issuer")
        return self._validated(kind, str(answer.get("id_token", "")), str(flow.get("nonce", "")))

    def _fresh(self, token: IdToken) -> datetime:
        """When the person signed in; the worker judges by it too, at the time when the request is stored.

        Raises:
            SignInRefusedError: too long ago, or the token does not say.
        """
        now = self._clock()
        if token.auth_time is None or not now - FRESH_SECONDS <= token.auth_time <= now + LEEWAY:
            raise SignInRefusedError(Refusal.NOT_FRESH, "auth_time")
        return datetime.fromtimestamp(token.auth_time, UTC)

    def _validated(self, kind: SignInKind, raw: str, nonce: str) -> IdToken:
        try:
            sent = hashlib.sha256(nonce.encode()).hexdigest()  # MSAL keeps the nonce and sends its hash
            return self._tokens[kind].verify(raw, at=self._clock(), nonce=sent)
        except IssuerUnavailableError as error:
            raise SignInRefusedError(Refusal.UNAVAILABLE, "keys") from error
        except WrongTokenError as error:
            lacking = error.fault is TokenFault.AUTH_CONTEXT
            code = Refusal.NOT_ALLOWED if lacking else Refusal.WRONG_TOKEN
            raise SignInRefusedError(code, error.fault.value) from error

    def _client(self, kind: SignInKind) -> Any:  # noqa: ANN401 - MSAL has no types
        """MSAL's client of a kind; made at first use, since making it reads the discovery document."""
        import msal
        import requests
        from msal.exceptions import MsalServiceError

        class Forgetful(msal.TokenCache):  # type: ignore[misc]
            """Keeps no token: nobody's is ever asked for again, and memory is no place for them."""

            def add(self, event: object, now: object = None) -> None:
                """Keep nothing."""

        with self._lock:
            if kind not in self._clients:
                registration = self._registrations[kind]
                proof = registration.proof
                try:
                    self._clients[kind] = msal.ConfidentialClientApplication(
                        registration.client_id,
                        client_credential=proof if isinstance(proof, str) else {"client_assertion": proof},
                        oidc_authority=self._issuer.authority,
                        http_client=self._issuer.http,
                        exclude_scopes=["offline_access"],
                        token_cache=Forgetful(),
                    )
                except (requests.RequestException, MsalServiceError, ValueError, KeyError) as error:
                    raise SignInRefusedError(Refusal.UNAVAILABLE, "discovery") from error
            return self._clients[kind]


def _claims(context: str, *, auth_time: bool) -> str:
    """The ``claims`` request (OpenID Connect Core 1.0 section 5.5): what the ID token must hold."""
    wanted: dict[str, Any] = {"acrs": {"essential": True, "value": context}}
    if auth_time:
        wanted["auth_time"] = {"essential": True}
    return json.dumps({"id_token": wanted}, separators=(",", ":"))

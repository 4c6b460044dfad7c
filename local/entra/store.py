"""The local issuer without its sockets: who may sign in, one-time codes, tokens."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from local import people
from local.calls import Calls
from local.entra.keys import KeyRing
from local.entra.registrations import OIDC_SCOPES, Registration
from local.entra.requests import AuthorizeRequest, PageRefusedError
from local.entra.tokens import TokenMint, TokenVerifier
from local.people import Person

CODE_SECONDS = 60
_DEFAULT = "/.default"
_EXCHANGE = "AzureADTokenExchange"
_JWT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Accounts(Protocol):
    """What the issuer asks the directory about an account (in the running cloud: the local Graph)."""

    def is_enabled(self, person: Person) -> bool:
        """Whether the account may sign in."""

    def has_mfa_method(self, person: Person) -> bool:
        """Whether a second step is possible at all."""

    def use_pass(self, person: Person, code: str) -> bool:
        """Whether `code` is a live Temporary Access Pass of the account; a one-time pass is spent by this."""


class SampleAccounts:
    """The accounts as the sample people start: for tests of the issuer alone."""

    def is_enabled(self, person: Person) -> bool:
        """As the sample says."""
        return person.enabled

    def has_mfa_method(self, person: Person) -> bool:
        """Everything but a password and an e-mail address is a second step."""
        return any(method.kind not in ("password", "email") for method in person.methods)

    def use_pass(self, person: Person, code: str) -> bool:  # noqa: ARG002 - no passes without a Graph
        """There is no pass without a Graph."""
        return False


class TokenRefusedError(Exception):
    """An answer of the token endpoint other than a token (RFC 6749 section 5.2)."""

    def __init__(self, error: str, code: int, text: str, *, status: int = 400) -> None:
        super().__init__(f"AADSTS{code}: {text}")
        self.error = error
        self.code = code
        self.status = status


@dataclass(frozen=True, kw_only=True)
class _Grant:
    person: Person
    request: AuthorizeRequest
    made: float
    signed_in_at: int


class Entra:
    """One tenant's issuer. `seconds` is real, monotonic time; the business clock has no say here."""

    def __init__(
        self, *, issuer: str, tenant_id: str, registrations: Mapping[str, Registration], accounts: Accounts,
        calls: Calls, seconds: Callable[[], float] = time.monotonic,
        token_minutes: Callable[[], int | None] = lambda: None, stale_minutes: Callable[[], int] = lambda: 0,
    ) -> None:  # fmt: skip
        self.issuer = issuer
        self.tenant_id = tenant_id
        self.registrations = registrations
        self.keys = KeyRing()
        self.verifier = TokenVerifier(keys=self.keys, issuer=issuer, tenant_id=tenant_id)
        self.mint = TokenMint(keys=self.keys, issuer=issuer, tenant_id=tenant_id, minutes=token_minutes)
        self.accounts = accounts
        self._calls = calls
        self._seconds = seconds
        self._stale_minutes = stale_minutes
        self._grants: dict[str, _Grant] = {}
        self._redeemed: set[str] = set()

    def sign_in(self, request: AuthorizeRequest, account: str, *, session_age: float = 0) -> str:
        """Sign `account` in for an authorize request and answer the one-time code.

        `session_age` is how many seconds ago this browser signed in: it counts unless the request wants it younger.

        Raises PageRefusedError for an unknown or disabled account, and when an authentication context is
        wanted of somebody who has no second step registered.
        """
        person = people.find(account)
        if person is None:
            raise PageRefusedError(50034, "The user account does not exist in this directory.")
        if not self.accounts.is_enabled(person):
            raise PageRefusedError(50057, "The user account is disabled.", status=403)
        if request.acrs and not self.accounts.has_mfa_method(person):
            raise PageRefusedError(
                50076, "You must use multi-factor authentication, and no method is registered.", status=403
            )
        code = secrets.token_urlsafe(48)
        age = (session_age if request.session_counts(session_age) else 0) + 60 * self._stale_minutes()
        self._grants[code] = _Grant(
            person=person, request=request, made=self._seconds(), signed_in_at=int(time.time() - age)
        )
        self._calls.add("entra", "sign-in")
        return code

    def sign_in_with_secret(self, request: AuthorizeRequest, account: str, secret: str) -> str:
        """Sign in by typing a password or a Temporary Access Pass. Raises PageRefusedError if it is wrong."""
        person = people.find(account)
        if person is None:
            raise PageRefusedError(50034, "The user account does not exist in this directory.")
        right = hmac.compare_digest(secret.encode(), person.password.encode())
        if not right and not (self.accounts.is_enabled(person) and self.accounts.use_pass(person, secret)):
            raise PageRefusedError(
                50126, "Invalid username or password, or the pass is not usable.", status=403
            )
        return self.sign_in(request, account)

    def redeem(self, parameters: Mapping[str, str], basic: tuple[str, str] | None) -> dict[str, Any]:
        """What the token endpoint answers. Raises TokenRefusedError."""
        registration = self._authenticated(parameters, basic)
        match parameters.get("grant_type"):
            case "authorization_code":
                return self._redeem_code(registration, parameters)
            case "client_credentials":
                return self._app_only(registration, parameters.get("scope", ""))
            case other:
                raise TokenRefusedError(
                    "unsupported_grant_type", 70003, f"The grant type '{other}' is not supported."
                )

    def _authenticated(self, parameters: Mapping[str, str], basic: tuple[str, str] | None) -> Registration:
        client_id, secret = basic or (parameters.get("client_id", ""), parameters.get("client_secret", ""))
        registration = self.registrations.get(client_id)
        if registration is None:
            raise TokenRefusedError(
                "unauthorized_client", 700016, f"Application with identifier '{client_id}' was not found."
            )
        if parameters.get("client_assertion_type") == _JWT_ASSERTION:
            self._check_assertion(registration, parameters.get("client_assertion", ""))
            return registration
        if not secret:
            raise TokenRefusedError(
                "invalid_client", 7000218,
                "The request body must contain 'client_assertion' or 'client_secret'.", status=401,
            )  # fmt: skip
        if not hmac.compare_digest(secret.encode(), registration.secret.encode()):
            raise TokenRefusedError("invalid_client", 7000215, "Invalid client secret provided.", status=401)
        return registration

    def _check_assertion(self, registration: Registration, assertion: str) -> None:
        """A token of a trusted identity, made for the exchange, stands for the secret (RFC 7523 section 2.2)."""
        claims = self.verifier.verify(assertion, audience=_EXCHANGE)
        if claims is None or claims.get("azp") not in registration.trusts:
            raise TokenRefusedError(
                "invalid_client", 700213, "No matching federated identity record found for presented assertion.",
                status=401,
            )  # fmt: skip

    def _redeem_code(self, registration: Registration, parameters: Mapping[str, str]) -> dict[str, Any]:
        code = parameters.get("code", "")
        if code in self._redeemed:
            raise TokenRefusedError("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
        grant = self._grants.pop(code, None)
        if grant is None:
            raise TokenRefusedError(
                "invalid_grant", 9002313, "The authorization code is malformed or unknown."
            )
        self._redeemed.add(code)  # from here on the code is spent, whatever else is wrong with the request
        if self._seconds() - grant.made > CODE_SECONDS:
            raise TokenRefusedError("invalid_grant", 70008, "The provided authorization code has expired.")
        request = grant.request
        if request.registration.client_id != registration.client_id:
            raise TokenRefusedError("invalid_grant", 70000, "The code was issued to another application.")
        if parameters.get("redirect_uri") != request.redirect_uri:
            raise TokenRefusedError(
                "invalid_grant", 500112, "The redirect_uri does not match the authorize request."
            )
        _check_verifier(request.code_challenge, parameters.get("code_verifier"))
        if not self.accounts.is_enabled(grant.person):
            raise TokenRefusedError("invalid_grant", 50057, "The user account is disabled.")
        return self._tokens(grant, registration)

    def _tokens(self, grant: _Grant, registration: Registration) -> dict[str, Any]:
        request, person = grant.request, grant.person
        resource = request.resource_scopes[0].rpartition("/")[0] if request.resource_scopes else ""
        audience = resource.removeprefix("api://") or "00000003-0000-0000-c000-000000000000"
        scopes = tuple(scope.rpartition("/")[2] for scope in request.resource_scopes) or request.scopes
        answer = self._answer(
            self.mint.delegated_token(
                person, audience=audience, client_id=registration.client_id, scopes=scopes
            )
        ) | {"scope": " ".join(scope for scope in request.scopes if scope != "offline_access")}  # fmt: skip
        if "openid" in request.scopes:
            answer["id_token"] = self.mint.id_token(
                person,
                client_id=registration.client_id,
                nonce=request.nonce,
                roles=person.roles if registration.has_app_roles else (),
                acrs=request.acrs,
                auth_time=grant.signed_in_at if request.wants_auth_time else None,
                with_profile="profile" in request.scopes,
                with_email="email" in request.scopes,
            )
        info = json.dumps({"uid": person.oid, "utid": self.tenant_id}).encode()
        return answer | {"client_info": _base64url(info)}

    def _app_only(self, registration: Registration, scope: str) -> dict[str, Any]:
        if not scope.endswith(_DEFAULT):
            raise TokenRefusedError(
                "invalid_scope", 1002012, "The scope must be a resource followed by '/.default'."
            )
        resource = scope.removesuffix(_DEFAULT)
        roles = registration.app_roles.get(resource, ())
        audience = resource.removeprefix("api://")
        return self._answer(
            self.mint.app_token(audience=audience, client_id=registration.client_id, roles=roles)
        )

    def _answer(self, access_token: str) -> dict[str, Any]:
        return {
            "token_type": "Bearer",
            "expires_in": self.mint.life_seconds - 1,
            "ext_expires_in": self.mint.life_seconds - 1,
            "access_token": access_token,
        }


def scope_words(scopes: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Each scope with whether it is only about signing in: for the page that says what is asked."""
    return [(scope, scope in OIDC_SCOPES) for scope in scopes]


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    """PKCE with S256 (RFC 7636 section 4.6). A verifier without a challenge is wrong too: a downgrade."""
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None:
        raise TokenRefusedError(
            "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge."
        )
    made = _base64url(hashlib.sha256(verifier.encode()).digest())
    if not hmac.compare_digest(made.encode(), challenge.encode()):
        raise TokenRefusedError(
            "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge."
        )


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

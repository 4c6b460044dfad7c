"""Reading an authorize request, and the two ways to refuse one: on a page, or back at the application."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.entra.registrations import OIDC_SCOPES, Registration

_RESPONSE_MODES = ("query", "form_post")
_CHALLENGE_LENGTH = 43  # base64url of SHA-256, RFC 7636 section 4.2


class PageRefusedError(Exception):
    """Shown to the person here: the application cannot, or must not, be told."""

    def __init__(self, code: int, text: str, *, status: int = 400) -> None:
        super().__init__(f"AADSTS{code}: {text}")
        self.status = status


class SentBackError(Exception):
    """Reported to the application at its registered redirect address (RFC 6749 section 4.1.2.1)."""

    def __init__(self, request: "AuthorizeRequest", error: str, description: str) -> None:
        super().__init__(description)
        self.request = request
        self.error = error
        self.description = description


@dataclass(frozen=True, kw_only=True)
class AuthorizeRequest:
    """An authorize request whose client and redirect address are registered."""

    registration: Registration
    redirect_uri: str
    response_mode: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str | None
    acrs: tuple[str, ...]
    max_age: int | None = None
    """Seconds that the person's sign-in may be old (OpenID Connect Core 3.1.2.1)."""
    anew: bool = False
    """`prompt=login`: whoever is signed in already must sign in once more."""
    wants_auth_time: bool = False
    """The ID token must say when the person signed in: asked for by name, or by giving `max_age`."""

    def session_counts(self, age: float) -> bool:
        """Whether a browser that signed in `age` seconds ago is let through without signing in."""
        return not self.anew and (self.max_age is None or age <= self.max_age)

    @property
    def resource_scopes(self) -> tuple[str, ...]:
        """What goes beyond signing in."""
        return tuple(scope for scope in self.scopes if scope not in OIDC_SCOPES)


def read(parameters: Mapping[str, str], registrations: Mapping[str, Registration]) -> AuthorizeRequest:
    """Check everything that does not depend on the person.

    Raises PageRefusedError for an unknown client, a redirect address that is not registered letter by letter,
    and scopes that demand a second factor; SentBackError for everything the application did wrong otherwise.
    """
    client_id = parameters.get("client_id", "")
    registration = registrations.get(client_id)
    if registration is None:
        raise PageRefusedError(
            700016, f"Application with identifier '{client_id}' was not found in the directory."
        )
    redirect_uri = parameters.get("redirect_uri", "")
    if redirect_uri not in registration.redirect_uris:
        raise PageRefusedError(
            50011,
            f"The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs "
            f"configured for the application '{client_id}'.",
        )
    mode = parameters.get("response_mode", "query")
    request = AuthorizeRequest(
        registration=registration,
        redirect_uri=redirect_uri,
        response_mode=mode if mode in _RESPONSE_MODES else "query",
        scopes=tuple(dict.fromkeys(parameters.get("scope", "").split())),
        state=parameters.get("state"),
        nonce=parameters.get("nonce"),
        code_challenge=parameters.get("code_challenge"),
        acrs=(),
    )
    _check_protocol(request, parameters, mode)
    _check_scopes(request)
    claims = _wanted_claims(request, parameters.get("claims"))
    max_age = _max_age(request, parameters.get("max_age"))
    wanted = {
        "acrs": _wanted_contexts(request, claims),
        "max_age": max_age,
        "anew": "login" in parameters.get("prompt", "").split(),
        "wants_auth_time": max_age is not None or "auth_time" in claims,
    }
    return AuthorizeRequest(**(vars(request) | wanted))


def _check_protocol(request: AuthorizeRequest, parameters: Mapping[str, str], mode: str) -> None:
    if parameters.get("response_type") != "code":
        raise SentBackError(
            request, "unsupported_response_type", "AADSTS700054: only response_type 'code' is enabled."
        )
    if mode not in _RESPONSE_MODES:
        raise SentBackError(request, "invalid_request", f"AADSTS90051: unsupported response_mode '{mode}'.")
    if "openid" not in request.scopes and not request.resource_scopes:
        raise SentBackError(
            request, "invalid_request", "AADSTS900144: the request must contain the parameter 'scope'."
        )
    if parameters.get("prompt") == "none":
        raise SentBackError(request, "login_required", "AADSTS50058: nobody is signed in silently here.")
    method = parameters.get("code_challenge_method")
    if request.code_challenge is None:
        if method is not None:
            raise SentBackError(
                request, "invalid_request", "AADSTS501491: code_challenge_method without a challenge."
            )
    elif method != "S256" or len(request.code_challenge) != _CHALLENGE_LENGTH:
        raise SentBackError(request, "invalid_request", "AADSTS501491: the code challenge must be S256.")


def _check_scopes(request: AuthorizeRequest) -> None:
    beyond = [scope for scope in request.scopes if scope not in request.registration.scopes]
    if beyond:
        raise PageRefusedError(
            50076,
            "Due to a configuration change made by your administrator, you must use multi-factor "
            "authentication to access this. "
            f"The application asked for more than signing in: {' '.join(beyond)}",
            status=403,
        )


def _max_age(request: AuthorizeRequest, given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isascii() or not given.isdigit():
        raise SentBackError(request, "invalid_request", "AADSTS90023: max_age is not a number of seconds.")
    return int(given)


def _wanted_claims(request: AuthorizeRequest, claims: str | None) -> dict[str, Any]:
    """The claims asked for in the ID token (OpenID Connect Core 5.5)."""
    if not claims:
        return {}
    try:
        wanted = json.loads(claims).get("id_token", {})
    except (ValueError, AttributeError) as problem:
        raise _malformed_claims(request) from problem
    if not isinstance(wanted, dict):
        raise _malformed_claims(request)
    return wanted


def _wanted_contexts(request: AuthorizeRequest, claims: dict[str, Any]) -> tuple[str, ...]:
    """The authentication contexts of a `claims` request: `acrs` of the ID token."""
    try:
        wanted = claims["acrs"]
        value = [wanted["value"]] if "value" in wanted else list(wanted["values"])
    except KeyError:
        return ()
    except TypeError as problem:
        raise _malformed_claims(request) from problem
    return tuple(str(context) for context in value)


def _malformed_claims(request: AuthorizeRequest) -> SentBackError:
    return SentBackError(request, "invalid_request", "AADSTS50124: the claims request is malformed.")

"""The local issuer's HTTP door, at the addresses of Entra's version 2.0 endpoints."""

import asyncio
import base64
import binascii
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import unquote_plus, urlencode, urlsplit

from aiohttp import web

from local import people
from local.entra.requests import AuthorizeRequest, PageRefusedError, SentBackError, read
from local.entra.store import Entra, TokenRefusedError, scope_words
from local.faults import Faults, Switch
from local.pages import render

_AS = "as"
_SINCE = "since"
"""How many seconds ago the browser signed in already: this issuer keeps no sessions, so a script says it."""
type _Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(entra: Entra, faults: Faults, *, public_url: str) -> list[web.RouteDef]:
    """All routes. `public_url` is where the browser goes; the service itself uses the issuer's own origin."""
    door = _Door(entra, public_url=public_url)

    def guarded(operation: str, handler: _Handler) -> _Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if request.match_info["tenant"] != entra.tenant_id:
                return _json_error("invalid_tenant", 90002, "Tenant not found.", status=400)
            hit = faults.take("entra", operation=operation)
            if hit is not None:
                return await _misbehave(request, hit, handler)
            return await handler(request)

        return handle

    return [
        web.get("/{tenant}/v2.0/.well-known/openid-configuration", guarded("GET discovery", door.discovery)),
        web.get("/{tenant}/discovery/v2.0/keys", guarded("GET keys", door.published_keys)),
        web.get("/{tenant}/oauth2/v2.0/authorize", guarded("GET authorize", door.authorize)),
        web.post("/{tenant}/oauth2/v2.0/authorize", guarded("POST authorize", door.typed_sign_in)),
        web.post("/{tenant}/oauth2/v2.0/token", guarded("POST token", door.token)),
        web.get("/{tenant}/oauth2/v2.0/logout", guarded("GET logout", door.sign_out)),
    ]


class _Door:
    def __init__(self, entra: Entra, *, public_url: str) -> None:
        self._entra = entra
        self._public_url = public_url

    async def discovery(self, _request: web.Request) -> web.Response:
        tenant = self._entra.tenant_id
        origin = self._entra.issuer.split(f"/{tenant}", maxsplit=1)[0]
        return web.json_response(
            {
                "issuer": self._entra.issuer,
                "authorization_endpoint": f"{self._public_url}/{tenant}/oauth2/v2.0/authorize",
                "end_session_endpoint": f"{self._public_url}/{tenant}/oauth2/v2.0/logout",
                "token_endpoint": f"{origin}/{tenant}/oauth2/v2.0/token",
                "jwks_uri": f"{origin}/{tenant}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "claims_supported": [
                    "aud",
                    "exp",
                    "iat",
                    "iss",
                    "name",
                    "nonce",
                    "oid",
                    "preferred_username",
                    "sub",
                ],
                "code_challenge_methods_supported": ["S256"],
                "request_uri_parameter_supported": False,
                "tenant_region_scope": "AS",
            }
        )

    async def published_keys(self, _request: web.Request) -> web.Response:
        return web.json_response(self._entra.keys.jwks())

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        try:
            wanted = read(request.query, self._entra.registrations)
            account = request.query.get(_AS)
            if account is None:
                return _page(self._choice(request, wanted))
            since = request.query.get(_SINCE, "0")
            age = float(since) if since.isascii() and since.isdigit() else 0.0
            return _with_code(wanted, self._entra.sign_in(wanted, account, session_age=age))
        except (PageRefusedError, SentBackError) as refusal:
            return _refused(refusal)

    async def typed_sign_in(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        try:
            wanted = read(request.query, self._entra.registrations)
            account, secret = str(form.get("account", "")).strip(), str(form.get("secret", ""))
            return _with_code(wanted, self._entra.sign_in_with_secret(wanted, account, secret))
        except (PageRefusedError, SentBackError) as refusal:
            return _refused(refusal)

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            answer = self._entra.redeem(form, _basic(request.headers.get("Authorization", "")))
        except TokenRefusedError as refusal:
            return _json_error(refusal.error, refusal.code, str(refusal), status=refusal.status)
        return web.json_response(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        back = request.query.get("post_logout_redirect_uri", "")
        known = any(
            back in registration.signed_out_uris for registration in self._entra.registrations.values()
        )
        if not known:
            return _page(render("signed_out"))  # an address that is not registered is ignored, as Entra does
        state = request.query.get("state")
        return _found(_extended(back, {"state": state} if state is not None else {}))

    def _choice(self, request: web.Request, wanted: AuthorizeRequest) -> str:
        rows = [
            {
                "href": f"{request.path}?{urlencode([*request.query.items(), (_AS, person.upn)])}",
                "upn": person.upn,
                "name": person.name,
                "name_en": person.name_en,
                "kind": person.kind,
            }
            # Whoever may use the application comes first.
            for person in sorted(
                people.everyone(), key=lambda person: wanted.registration.has_app_roles and not person.roles
            )
        ]
        return render(
            "authorize",
            application=wanted.registration.name,
            scopes=scope_words(wanted.scopes),
            acrs=wanted.acrs,
            people=rows,
            action=request.path_qs,
            hint=request.query.get("login_hint", ""),
        )


def _page(html: str, *, status: int = 200) -> web.Response:
    return web.Response(
        text=html, status=status, content_type="text/html",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"},
    )  # fmt: skip


def _found(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _extended(address: str, parameters: dict[str, str]) -> str:
    if not parameters:
        return address
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(parameters)}"


def _with_code(wanted: AuthorizeRequest, code: str) -> web.Response:
    return _back(wanted, {"code": code, "session_state": str(uuid.uuid4())})


def _back(wanted: AuthorizeRequest, parameters: dict[str, str]) -> web.Response:
    if wanted.state is not None:
        parameters = parameters | {"state": wanted.state}
    if wanted.response_mode == "form_post":
        return _page(render("form_post", action=wanted.redirect_uri, fields=list(parameters.items())))
    return _found(_extended(wanted.redirect_uri, parameters))


def _refused(refusal: PageRefusedError | SentBackError) -> web.Response:
    match refusal:
        case PageRefusedError():
            return _page(render("refused", message=str(refusal)), status=refusal.status)
        case SentBackError():
            return _back(refusal.request, {"error": refusal.error, "error_description": refusal.description})


def _json_error(error: str, code: int, description: str, *, status: int) -> web.Response:
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    told = f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}"
    return web.json_response(
        {
            "error": error,
            "error_description": f"{description} {told}",
            "error_codes": [code],
            "timestamp": moment,
            "trace_id": trace,
            "correlation_id": correlation,
        },
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def _basic(header: str) -> tuple[str, str] | None:
    """The client's name and secret of a Basic header, each form-encoded (RFC 6749 section 2.3.1)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote_plus(name), unquote_plus(secret)) if colon else None


async def _misbehave(request: web.Request, hit: Switch, handler: _Handler) -> web.StreamResponse:
    """What a switch makes of a call: late, cut off, refused, or done without being told."""
    slow = hit.get("slow", 0)
    if isinstance(slow, int | float):
        await asyncio.sleep(slow)
    if hit.get("drop") == "after" or hit.get("done"):
        await handler(request)
    if "drop" in hit:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("dropped by a switch")
    status = hit.get("status")
    if not isinstance(status, int):
        return await handler(request)
    answer = _json_error("temporarily_unavailable", 90033, "A transient error has occurred.", status=status)
    if "retry_after" in hit:
        answer.headers["Retry-After"] = str(hit["retry_after"])
    return answer

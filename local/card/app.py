"""The card provider's HTTP door: endpoints as Keycloak lays them out (identity-verification.md 3.2), and the app's screens.

It answers below two base paths: the published one, and the older one whose issuer ends with a slash.
"""

import asyncio
import io
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import segno
from aiohttp import web

from local import people
from local.card.assertions import CardTokenRefusedError
from local.card.requests import CardPageRefusedError, CardRequest, CardSentBackError, read
from local.card.screens import ERRORS, Outcome, Screen, Screens
from local.card.store import CardProvider
from local.card.switches import SERVICE
from local.faults import Switch
from local.pages import render
from local.people import Person

_PROTOCOL = "/protocol/openid-connect"
_BASES = (("/api/realms/main", ""), ("/realms/main", "/"))
"""Path of the realm, and what its issuer ends with."""
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
type _Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(provider: CardProvider, *, public_url: str) -> list[web.RouteDef]:
    """All routes of the provider; `public_url` is its own origin."""
    screens = Screens(provider.now)
    return [
        route
        for realm, slash in _BASES
        for route in _Door(provider, screens, f"{public_url}{realm}", f"{public_url}{realm}{slash}").routes(
            realm
        )
    ]


@dataclass(frozen=True)
class _Door:
    provider: CardProvider
    screens: Screens
    base: str
    issuer: str

    def routes(self, realm: str) -> list[web.RouteDef]:
        path = realm + _PROTOCOL
        return [
            web.get(f"{path}/auth", self._guarded("GET auth", self.authorize)),
            web.get(f"{path}/screen/{{id}}", self._guarded("GET screen", self.screen)),
            web.post(f"{path}/screen/{{id}}", self._guarded("POST screen", self.choose)),
            web.post(f"{path}/screen/{{id}}/number", self._guarded("POST number", self.number)),
            web.post(f"{path}/token", self._guarded("POST token", self.token)),
            web.get(f"{path}/userinfo", self._guarded("GET userinfo", self.userinfo)),
            web.get(f"{path}/certs", self._guarded("GET certs", self.certs)),
        ]

    def _guarded(self, operation: str, handler: _Handler) -> _Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            hit = self.provider.switches.faults.take(SERVICE, operation=operation)
            if hit is None:
                return await handler(request)
            return await _misbehave(request, hit, handler)

        return handle

    # --- the browser ----------------------------------------------------------------------------------

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        query = [
            (name, value) for name, value in request.query.items() if name not in {"as", "outcome", "view"}
        ]
        try:
            wanted = read(query, self.provider.clients)
        except CardPageRefusedError as refusal:
            self.provider.journal.note("GET auth", dict(query), "refused")
            return _page("card_refused", status=400, message=str(refusal))
        except CardSentBackError as refusal:
            self.provider.journal.note("GET auth", dict(query), refusal.error)
            return _back(refusal.request, {"error": refusal.error, "error_description": refusal.description})
        self.provider.journal.note("GET auth", dict(query), "ok")
        screen = self.screens.open(wanted, on_pc=_on_pc(request))
        if "as" in request.query:
            return self._at_once(request, screen)
        return self._pc_page(screen) if screen.on_pc else self._phone_page(screen)

    def _at_once(self, request: web.Request, screen: Screen) -> web.StreamResponse:
        """For scripts: `as=UPN` allows, `outcome=` says something else."""
        person = people.find(request.query["as"])
        given = request.query.get("outcome", Outcome.ALLOW)
        if person is None or given not in list(Outcome):
            return _page(
                "card_refused", status=400, message="as must be a sample person, outcome a known one"
            )
        outcome = Outcome(given)
        screen.on_pc = outcome is Outcome.NUMBER_EXPIRED
        return self._after(screen, outcome, person)

    async def screen(self, request: web.Request) -> web.StreamResponse:
        """The app on the phone, for a request that began on a PC."""
        screen = self.screens.find(request.match_info["id"])
        return _gone() if screen is None else self._phone_page(screen)

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """Something is done in the app."""
        screen, form = self.screens.find(request.match_info["id"]), await request.post()
        outcome = str(form.get("outcome", ""))
        if screen is None:
            return _gone()
        if outcome not in list(Outcome):
            return _page("card_refused", status=400, message="outcome is unknown")
        return self._after(screen, Outcome(outcome), people.find(str(form.get("person", ""))))

    async def number(self, request: web.Request) -> web.StreamResponse:
        """The number is typed on the PC; empty asks how things are."""
        screen, form = self.screens.find(request.match_info["id"]), await request.post()
        if screen is None:
            return _gone()
        if screen.ended is not None:
            return self._end(screen)
        why_not = self.screens.type_number(screen, str(form.get("number", "")).strip())
        return self._pc_page(screen, why_not) if why_not else self._end(screen)

    def _after(self, screen: Screen, outcome: Outcome, person: Person | None) -> web.StreamResponse:
        seconds = self.provider.switches.number("number_seconds", 120)
        self.screens.act(screen, outcome, person, number_seconds=seconds)
        return (
            self._end(screen) if screen.ended is not None and not screen.on_pc else self._phone_page(screen)
        )

    def _end(self, screen: Screen) -> web.StreamResponse:
        """Back to the relying party, or nowhere if the app was closed. A second look at the end gives no second code."""
        if screen.ended is Outcome.ALLOW and screen.person is not None:
            person, screen.person = screen.person, None
            code = self.provider.allow(screen.request, person)
            return _back(screen.request, {"code": code, "session_state": str(uuid.uuid4())})
        if screen.ended in ERRORS:
            error, description = ERRORS[screen.ended]
            return _back(screen.request, {"error": error, "error_description": description})
        return _gone()

    def _phone_page(self, screen: Screen) -> web.Response:
        return _page(
            "card_phone",
            client=screen.request.client.name,
            scopes=screen.request.scopes,
            action=self._address(screen),
            people=[(person, self.provider.cards.of(person)) for person in people.everyone()],
            on_pc=screen.on_pc,
            number=screen.number,
            expired=screen.number_until <= self.provider.now(),
            tries=screen.tries,
            person=screen.person,
            ended=screen.ended.value if screen.ended else "",
        )

    def _pc_page(self, screen: Screen, why_not: str = "") -> web.Response:
        address = self._address(screen)
        return _page(
            "card_pc",
            client=screen.request.client.name,
            phone=address,
            picture=_qr(address),
            action=f"{address}/number",
            why_not=why_not,
        )

    def _address(self, screen: Screen) -> str:
        return f"{self.base}{_PROTOCOL}/screen/{screen.id}"

    # --- the relying party ----------------------------------------------------------------------------

    async def token(self, request: web.Request) -> web.Response:
        form: dict[str, str] = {}
        try:
            form = await _form(request)
            answer = self.provider.redeem(form, endpoint=f"{self.base}{_PROTOCOL}/token", issuer=self.issuer)
        except CardTokenRefusedError as refusal:
            self.provider.journal.note("POST token", form, refusal.error)
            return _error(refusal.error, str(refusal), status=refusal.status)
        self.provider.journal.note("POST token", form, "ok")
        return web.json_response(answer, headers=_NO_STORE)

    async def userinfo(self, request: web.Request) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        found = self.provider.userinfo(token) if scheme.lower() == "bearer" else None
        self.provider.journal.note("GET userinfo", {}, "ok" if found else "invalid_token")
        if found is None:
            refusal = _error("invalid_token", "an access token is needed", status=401)
            refusal.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return refusal
        return web.json_response(found, headers=_NO_STORE)

    async def certs(self, _request: web.Request) -> web.Response:
        self.provider.journal.note("GET certs", {}, "ok")
        return web.json_response(self.provider.keys.jwks())


async def _form(request: web.Request) -> dict[str, str]:
    """The body's fields, each once. Raises CardTokenRefusedError."""
    if request.content_type != _FORM or request.query_string:
        raise CardTokenRefusedError("invalid_request", "a form in the body is needed, and nothing else")
    if "Authorization" in request.headers:
        raise CardTokenRefusedError("invalid_client", "a client secret is not accepted")
    try:
        pairs = parse_qsl(await request.text(), keep_blank_values=True, strict_parsing=True)
    except (ValueError, LookupError) as problem:
        raise CardTokenRefusedError("invalid_request", "the form is malformed") from problem
    if len(dict(pairs)) != len(pairs):
        raise CardTokenRefusedError("invalid_request", "a field is given more than once")
    return dict(pairs)


def _on_pc(request: web.Request) -> bool:
    """`view=phone` or `view=pc`; otherwise as the browser says of itself."""
    view = request.query.get("view")
    return view == "pc" if view in {"pc", "phone"} else "Mobile" not in request.headers.get("User-Agent", "")


def _qr(address: str) -> str:
    picture = io.BytesIO()
    segno.make(address).save(picture, kind="svg", scale=5, border=4, xmldecl=False, svgns=True)
    return picture.getvalue().decode()


def _page(name: str, *, status: int = 200, **values: object) -> web.Response:
    return web.Response(
        text=render(name, **values), status=status, content_type="text/html",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )  # fmt: skip


def _gone() -> web.Response:
    return _page(
        "card_refused",
        status=410,
        message="this screen is closed: go back to where you began and start again",
    )


def _back(request: CardRequest, parameters: dict[str, str]) -> web.Response:
    location = f"{request.redirect_uri}?{urlencode(parameters | {'state': request.state})}"
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _error(error: str, description: str, *, status: int) -> web.Response:
    return web.json_response(
        {"error": error, "error_description": description}, status=status, headers=_NO_STORE
    )


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
    if "error" in hit:
        return _error(str(hit["error"]), "by a switch", status=status if isinstance(status, int) else 400)
    if not isinstance(status, int):
        return await handler(request)
    answer = web.Response(text="by a switch", status=status)
    for name, header in (("retry_after", "Retry-After"), ("location", "Location")):
        if name in hit:
            answer.headers[header] = str(hit[name])
    return answer

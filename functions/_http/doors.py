"""The decorator of every HTTP handler: what a door asks of its visitor, and how whatever goes wrong is answered."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Final
from urllib.parse import urlencode

import azure.functions as func

from functions._http import answers, bearer, bodies
from functions._http.cookie_jar import Jar
from functions._http.networks import network_of
from functions._http.problems import Trouble, of_refusal
from functions._http.visit import Applicant, Staff, Visit, language_of
from shared import bootstrap
from shared.domain.errors import LinkError, LinkExpiredError, LinkMalformedError
from shared.domain.kinds import Channel, Role
from shared.domain.limits import Limit, Whose
from shared.domain.links import Purpose
from shared.domain.staff import StaffIdentity
from shared.logs import frames
from shared.ports import PortError
from shared.ports.telemetry import Metric, SpanName
from shared.presentation.views import LinkProblemView, PageSession, Problem, WrongRoleView
from shared.services.count_use import count_use
from shared.services.refusals import Refusal, RefusedError
from shared.services.set_freeze import frozen_for_show

_LOG = logging.getLogger(__name__)
_RENEW_SECONDS: Final = 300
_LEFT_TO_DECIDE: Final = 60
"""A token that runs out between here and the storage's own stamp would be refused as evidence."""
_READING: Final = frozenset({"GET", "HEAD"})

type Handler = Callable[[Visit], Awaitable[func.HttpResponse]]
type HttpFunction = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a door asks for: nobody, an applicant, staff with one of these roles, or a program with its access token."""

    kind: str
    roles: frozenset[Role] = frozenset()


ANYONE: Final = Needs("anyone")
APPLICANT: Final = Needs("applicant")
REVIEWER: Final = Needs("staff", frozenset({Role.REVIEWER}))
OPERATOR: Final = Needs("staff", frozenset({Role.OPERATOR}))
AUDITOR: Final = Needs("staff", frozenset({Role.AUDITOR}))
FORMS_FLOW: Final = Needs(bearer.FLOW)
FRONTEND: Final = Needs(bearer.FRONTEND)
CLERK: Final = Needs("staff", frozenset({Role.OFFICE_CLERK}))
CONSOLE: Final = Needs("staff", frozenset({Role.REVIEWER, Role.OPERATOR, Role.AUDITOR}))


@dataclass(frozen=True, slots=True)
class _Door:
    """What one door asks for."""

    needs: Needs
    limit: int
    speaks_json: bool
    way: Channel | None
    says_frozen: bool
    counts: tuple[Limit, ...]


DOORS: Final[dict[str, Needs]] = {}
"""What each function asks for, by function name: the fitness tests hold every route against it."""


def door(
    needs: Needs,
    *,
    limit: int = bodies.MAX_FORM_BYTES,
    speaks_json: bool = False,
    way: Channel | None = None,
    says_frozen: bool = False,
    counts: tuple[Limit, ...] = (),
) -> Callable[[Handler], HttpFunction]:
    """Turn a handler of visits into a function of the platform.

    Checks, in order: the way in it belongs to is on; a POST comes from our own pages (``Origin``); its body has a length
    and is not too large; somebody is signed in as the door asks, with the role it asks for; a staff session with little
    left is renewed. A door for programs asks for an access token instead, before the body; cookies do not count there.
    Whoever was let in is counted against the door's limits (``counts``, the narrowest first); what only a handler can know,
    its service counts.
    Pages for staff, and those of doors that are to say so (``says_frozen``), tell whether passes are frozen.
    """

    def decorate(handler: Handler) -> HttpFunction:
        async def serve(req: func.HttpRequest) -> func.HttpResponse:
            asked = _Door(needs, limit, speaks_json, way, says_frozen, counts)
            telemetry = bootstrap.telemetry()
            with telemetry.span(SpanName.DOOR, door=handler.__name__) as span:
                answer = await _serve(req, handler, asked)
                kind = f"{answer.status_code // 100}xx"
                span.tell(answer=kind)
                telemetry.count(Metric.ANSWERS, door=handler.__name__, answer=kind)
                return answer

        serve.__name__ = handler.__name__
        serve.__doc__ = handler.__doc__
        serve.__module__ = handler.__module__
        DOORS[handler.__name__] = needs
        return serve

    return decorate


async def _serve(req: func.HttpRequest, handler: Handler, asked: "_Door") -> func.HttpResponse:
    program = asked.needs.kind in bearer.KINDS
    jar = Jar("" if program else req.headers.get("cookie", ""))
    language = bearer.language(req) if program else language_of(req, jar)
    visit = Visit(req, language, jar, speaks_json=asked.speaks_json, program=program)
    try:
        if program:
            await _admit_program(visit, asked)
            await _count(visit, asked)
            answer = await handler(visit)
        else:
            answer = _admit(visit, asked) or await _enter(visit, handler, asked)
    except Exception as error:  # noqa: BLE001 - the table below; what it does not know becomes a page with a trace id
        answer = _answer_error(visit, _for_a_flow(error) if asked.needs.kind == bearer.FLOW else error)
    for header in jar.headers:
        answer.headers.add("Set-Cookie", header)
        answer.headers["Cache-Control"] = (
            "no-store"  # a public file too: a cache would hand the cookie to others
        )
    return answer


async def _count(visit: Visit, asked: "_Door") -> None:
    """Against account and reviewer only once they have signed in."""
    if asked.counts:
        await count(visit, *asked.counts)


async def count(visit: Visit, *limits: Limit) -> None:
    """Count the visitor against these limits, the narrowest first.

    Raises:
        RefusedError: ``TOO_MANY``.
        UnavailableError: a count cannot be read now, and the door does not stay open then.
    """
    signed_in = visit.applicant or visit.caller
    callers = {
        Whose.NETWORK: network_of(visit.req, bootstrap.trusted_hops()),
        Whose.ACCOUNT: signed_in.oid if signed_in is not None else "",
        Whose.REVIEWER: visit.staff.identity.oid if visit.staff is not None else "",
    }
    await count_use(limits, callers, bootstrap.web())


def _for_a_flow(error: Exception) -> Exception:
    """A flow is asked to come again, as when storage is down."""
    if isinstance(error, RefusedError) and error.refusal is Refusal.TOO_MANY:
        return Trouble(Problem.UNAVAILABLE, until=error.until)
    return error


async def _enter(visit: Visit, handler: Handler, asked: "_Door") -> func.HttpResponse:
    """Whoever was let in is counted, and finds on the page whether passes are frozen."""
    await _count(visit, asked)
    says = asked.says_frozen or asked.needs.kind == "staff"
    if says and visit.req.method in _READING and not visit.wants_json:
        visit.frozen = await frozen_for_show(bootstrap.web())
    return await handler(visit)


def _admit(visit: Visit, asked: "_Door") -> func.HttpResponse | None:
    """Let the visitor in (None), or answer instead of the handler."""
    needs = asked.needs
    if asked.way is not None and asked.way not in bootstrap.ways():
        raise Trouble(Problem.WAY_OFF)
    if visit.req.method not in _READING:
        if visit.req.headers.get("origin", "") != bootstrap.base_url():
            raise Trouble(Problem.WRONG_ORIGIN)
        bodies.check_length(visit.req, asked.limit)
    if needs.kind == "applicant":
        return _admit_applicant(visit)
    if needs.kind == "staff":
        return _admit_staff(visit, needs)
    return None


async def _admit_program(visit: Visit, asked: "_Door") -> None:
    """Let a program in by its token: a browser's cookies and origin count for nothing here."""
    if asked.way is not None and asked.way not in bootstrap.ways():
        raise Trouble(Problem.WAY_OFF)
    await bearer.admit(visit, asked.needs.kind)
    if visit.req.method not in _READING:
        bodies.check_length(visit.req, asked.limit)


def _admit_applicant(visit: Visit) -> func.HttpResponse | None:
    held = visit.jar.read("applicant")
    if held is None or time.time() >= held.get("until", 0):
        return _to_sign_in(visit, "applicant")
    visit.applicant = Applicant(held["oid"], held["upn"], held["name"], held["sid"])
    visit.shown_session = PageSession(visit.applicant.name, "applicant")
    visit.jar.keep("applicant", held, ends_at=held["until"])
    return None


def _admit_staff(visit: Visit, needs: Needs) -> func.HttpResponse | None:
    held = visit.jar.read("staff")
    left = int(held["exp"] - time.time()) if held else 0
    reading = visit.req.method in _READING
    renew = left < _RENEW_SECONDS and reading and not visit.wants_json
    if held is None or left <= (0 if reading else _LEFT_TO_DECIDE) or renew:
        return _to_sign_in(visit, "staff")
    identity = StaffIdentity(held["oid"], held["name"], frozenset(held["roles"]))
    visit.staff = Staff(identity, held["token"], held["exp"])
    visit.shown_session = PageSession(identity.name, "staff", identity.roles)
    visit.jar.keep("staff", held, ends_at=held["exp"])
    if not identity.roles & {each.value for each in needs.roles}:
        if visit.wants_json:
            raise Trouble(Problem.FORBIDDEN)
        view = WrongRoleView(identity.name, tuple(sorted(needs.roles)))
        return visit.page("wrong_role", view, status=403)
    return None


def _to_sign_in(visit: Visit, role: str) -> func.HttpResponse:
    """To the sign-in and back here; what cannot be repeated (a POST, a JSON call) is told so."""
    link = f"/auth/sign-in?{urlencode({'as_role': role, 'next': visit.path})}"
    if visit.req.method in _READING and not visit.wants_json:
        return answers.redirect(link)
    raise Trouble(Problem.SIGN_IN_NEEDED, link=link)


def _purpose(error: LinkError) -> Purpose | None:
    """What the link was for, if it says so: the page then knows what to do next."""
    return Purpose(str(error)) if str(error) in {each.value for each in Purpose} else None


def _answer_error(visit: Visit, error: Exception) -> func.HttpResponse:
    match error:
        case LinkExpiredError() if not visit.wants_json:
            return visit.page("link_expired", LinkProblemView(_purpose(error)), status=410)
        case LinkMalformedError() if not visit.wants_json:
            return visit.page("link_malformed", LinkProblemView(_purpose(error)), status=404)
    trace = ""
    match error:
        case Trouble():
            trouble = error
        case RefusedError():
            trouble = Trouble(
                of_refusal(error.refusal), link=error.link, winner=error.winner, until=error.until
            )
        case LinkExpiredError():
            trouble = Trouble(Problem.GONE)
        case LinkMalformedError():
            trouble = Trouble(Problem.NOT_FOUND)
        case PortError():
            _LOG.warning("a port failed: %s at %s", type(error).__name__, frames(error))
            trouble = Trouble(Problem.UNAVAILABLE)
        case _:
            trace = token_hex(8)
            _LOG.error("unexpected error %s: %s at %s", trace, type(error).__name__, frames(error))
            trouble = Trouble(Problem.UNEXPECTED)
    if visit.program:
        trouble = bearer.in_words_for_programs(trouble)
    if visit.wants_json:
        return answers.problem_document(trouble, visit.language)
    return answers.problem_page(
        trouble, language=visit.language, path=visit.path, session=visit.shown_session, trace=trace
    )

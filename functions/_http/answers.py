"""Answers: pages, JSON, problem documents, redirects, each with the security headers every answer carries."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import azure.functions as func

from functions._http.problems import CHALLENGES, STATUS, Trouble
from shared import bootstrap
from shared.domain.kinds import Language
from shared.presentation.views import FIELD_ERRORS, PageSession, Problem, ProblemView

_HTML = "text/html; charset=utf-8"
_COME_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def page(
    name: str,
    view: object | None,
    *,
    language: Language,
    path: str,
    session: PageSession | None = None,
    status: int = HTTPStatus.OK,
    frozen: bool = False,
) -> func.HttpResponse:
    """An HTML page."""
    body = bootstrap.pages().render(name, language, path, view, session, frozen=frozen)
    return _answer(status, body.encode(), _HTML)


def document(value: object, *, status: int = HTTPStatus.OK) -> func.HttpResponse:
    """A JSON document."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return _answer(status, body, "application/json")


def data(value: bytes, kind: str, *, cache: bool = False) -> func.HttpResponse:
    """Bytes of another type; only public files may be cached."""
    answer = _answer(HTTPStatus.OK, value, kind)
    if cache:
        answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def download(value: bytes, kind: str, name: str) -> func.HttpResponse:
    """A file to be saved under a plain name of ours."""
    answer = _answer(HTTPStatus.OK, value, kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def redirect(path: str) -> func.HttpResponse:
    """303 See Other."""
    answer = _answer(HTTPStatus.SEE_OTHER, b"", _HTML)
    answer.headers["Location"] = path
    return answer


def clear_browser(answer: func.HttpResponse) -> func.HttpResponse:
    """The same, and the browser forgets what our pages keep in it: the private key of a pickup on a borrowed computer.

    Not ``"cookies"``: that would take those of every other site of the university with them.
    Source: https://www.w3.org/TR/clear-site-data/ section 3.1
    """
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


def problem_document(trouble: Trouble, language: Language) -> func.HttpResponse:
    """An ``application/problem+json`` document (RFC 9457) in the caller's language."""
    from shared.presentation.words import word

    status = STATUS[trouble.problem]
    title, detail, next_step = (
        word(f"problem_{part}", trouble.problem, language) for part in ("title", "detail", "next")
    )
    value: dict[str, object] = {
        "type": f"urn:reregister:problem:{trouble.problem.value}",
        "title": title,
        "status": int(status),
        "detail": " ".join([detail, *_from(trouble, language), next_step]),
    }
    extra: Mapping[str, object] = {
        "link": trouble.link,
        "decided_by": trouble.winner,
        "until": trouble.until.isoformat() if trouble.until else "",
        "errors": dict(trouble.fields),
        "messages": {name: word(_family(name, code), code, language) for name, code in trouble.fields},
    }
    value |= {name: each for name, each in extra.items() if each}
    body = json.dumps(value, ensure_ascii=False).encode()
    return _retry(_answer(status, body, "application/problem+json"), trouble)


def _from(trouble: Trouble, language: Language) -> list[str]:
    """From when it can be had, in words."""
    from shared.presentation.dates import spoken
    from shared.presentation.words import text

    if trouble.until is None:
        return []
    return [text("problem.until", language, when=spoken(trouble.until, language, bootstrap.site().zone))]


def _family(name: str, code: str) -> str:
    """Where the words for a field's error are: what only programs can get wrong has words that fit any field."""
    return f"error.{name}" if code in FIELD_ERRORS.get(name, ()) else "error.any"


def problem_page(
    trouble: Trouble, *, language: Language, path: str, session: PageSession | None, trace: str = ""
) -> func.HttpResponse:
    """The page that says what is wrong and what to do next."""
    status = STATUS[trouble.problem]
    view = ProblemView(status=int(status), problem=trouble.problem, link=trouble.link, trace=trace)
    answer = page("problem", view, language=language, path=path, session=session, status=int(status))
    return _retry(answer, trouble)


def _retry(answer: func.HttpResponse, trouble: Trouble) -> func.HttpResponse:
    if trouble.problem is Problem.UNAVAILABLE:
        answer.headers["Retry-After"] = "30"
    if STATUS[trouble.problem] in _COME_AGAIN and trouble.until is not None:
        left = (trouble.until - bootstrap.web().clock.now()).total_seconds()
        answer.headers["Retry-After"] = str(max(1, math.ceil(left)))
    if trouble.problem in CHALLENGES:
        answer.headers["WWW-Authenticate"] = CHALLENGES[trouble.problem]
    return answer


def _answer(status: int, body: bytes, kind: str) -> func.HttpResponse:
    answer = func.HttpResponse(body, status_code=int(status), headers=_headers())
    answer.headers["Content-Type"] = kind
    return answer


def _headers() -> dict[str, str]:
    """Headers of every answer. No script, style or frame from elsewhere; nothing personal is kept by anybody between.

    No script of ours makes markup or code of a text, and trusted types see to it that none ever does.

    ``same-origin`` and not ``no-referrer``: with the latter browsers send ``Origin: null`` on a form (DESIGN section 5).
    """
    base = bootstrap.base_url()
    entra = "{0.scheme}://{0.netloc}".format(urlsplit(bootstrap.sign_in_page()))
    headers = {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            f"form-action 'self' {entra}; frame-ancestors 'none'; base-uri 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
    if base.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers

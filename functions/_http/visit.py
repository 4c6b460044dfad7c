"""One request and who makes it: language, form of the answer, sessions, cookies to be set."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func

from functions._http import answers, bodies
from functions._http.cookie_jar import Jar
from functions._http.languages import preferred
from shared.domain.callers import Caller
from shared.domain.kinds import Language
from shared.domain.staff import StaffIdentity
from shared.presentation.views import PageSession


@dataclass(frozen=True)
class Applicant:
    """The signed-in applicant: a session of low trust, made by a password alone.

    Attributes:
        oid: Object id.
        upn: Account name, shown so that a wrong one is noticed.
        name: Display name.
        sid: Random value of this browser session.
    """

    oid: str
    upn: str
    name: str
    sid: str

    @property
    def session(self) -> str:
        """Digest of the browser session, as requests carry it."""
        return sha256(self.sid.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Staff:
    """The signed-in member of staff, with the ID token that is the evidence of what they decide."""

    identity: StaffIdentity
    token: str
    expires_at: int


@dataclass
class Visit:
    """What a handler works with.

    Attributes:
        req: The platform's request.
        language: Language of the answer.
        jar: Cookies that came, and those that the answer sets.
        applicant: Set on doors that need one.
        staff: Set on doors that need one.
        shown_session: Who is signed in, for the header of pages.
        speaks_json: The door is for scripts alone: it answers JSON whatever is asked for.
        program: The door is for programs, which bring an access token.
        caller: Set on doors that need an access token; None where a shared key opened it.
        evidence: That access token.
        frozen: Pages say that no passes are made at present; read only for doors that say so.
    """

    req: func.HttpRequest
    language: Language
    jar: Jar
    applicant: Applicant | None = None
    staff: Staff | None = None
    shown_session: PageSession | None = field(default=None)
    speaks_json: bool = False
    program: bool = False
    caller: Caller | None = None
    evidence: str = field(default="", repr=False)
    frozen: bool = False

    @property
    def navigates(self) -> bool:
        """Whether a person's browser opens a page: a picture or a script on somebody's page that points here does not.

        Browsers say so since 2023 at the latest, and no page can make them say otherwise; what says nothing is let in.
        Source: https://www.w3.org/TR/fetch-metadata/
        """
        sent = self.req.headers
        mode, aim = sent.get("sec-fetch-mode", "navigate"), sent.get("sec-fetch-dest", "document")
        return (mode, aim) == ("navigate", "document")

    @property
    def path(self) -> str:
        """Path of this page, without its query; with one slash in front, so that no link made of it leads to another host."""
        return "/" + str(urlsplit(self.req.url).path).lstrip("/\\")

    @property
    def wants_json(self) -> bool:
        """Whether the caller asked for JSON rather than a page."""
        accept = self.req.headers.get("accept", "")
        return (
            self.speaks_json or self.program or ("application/json" in accept and "text/html" not in accept)
        )

    @property
    def who(self) -> Applicant:
        """The applicant of a door that needs one."""
        if self.applicant is None:
            raise RuntimeError("the door does not ask for an applicant")
        return self.applicant

    @property
    def member(self) -> Staff:
        """The member of staff of a door that needs one."""
        if self.staff is None:
            raise RuntimeError("the door does not ask for staff")
        return self.staff

    @property
    def frontend(self) -> Caller:
        """The caller of a door that needs a signed-in person's token."""
        if self.caller is None:
            raise RuntimeError("the door does not ask for a token")
        return self.caller

    def part(self, name: str) -> str:
        """A part of the route; empty if it was not given."""
        return str(self.req.route_params.get(name) or "")

    def query(self, name: str) -> str:
        """A value of the query; empty if it was not given."""
        return str(self.req.params.get(name) or "")

    def form(self) -> bodies.Form:
        """The form that was sent."""
        return bodies.read_form(self.req)

    def json(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        return bodies.read_json(self.req)

    def page(self, name: str, view: object | None, *, status: int = 200) -> func.HttpResponse:
        """A page in the visitor's language."""
        return answers.page(
            name,
            view,
            language=self.language,
            path=self.path,
            session=self.shown_session,
            status=status,
            frozen=self.frozen,
        )


def language_of(req: func.HttpRequest, jar: Jar) -> Language:
    """The switch, then what the switch left, then what the browser prefers."""
    switched = str(req.params.get("lang") or "")
    if switched in {each.value for each in Language}:
        jar.keep_language(switched)
        return Language(switched)
    return preferred(jar.language, req.headers.get("accept-language", ""))

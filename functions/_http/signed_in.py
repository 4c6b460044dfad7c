"""From a finished sign-in to the session cookie of its kind: the two never share one."""

import time
from datetime import datetime
from secrets import token_hex
from typing import Final, Protocol

from functions._http.card_sessions import keep_linker
from functions._http.own_paths import own_path
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared.presentation.views import PageSession, Problem

APPLICANT_SECONDS: Final = 8 * 3600
"""An applicant's session ends then, however busy it is: a stolen password must not outlive its change for long."""


def landing(who: "SignedIn") -> str:
    """Where the browser goes on: to the page that was asked for; staff who asked for none, to their own first page."""
    wanted = own_path(who.next)
    return PageSession(who.name, who.kind, who.roles).home if wanted == "/" else wanted


class SignedIn(Protocol):
    """What the sign-in found out, as the adapter verified it."""

    @property
    def kind(self) -> str: ...
    @property
    def oid(self) -> str: ...
    @property
    def upn(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def id_token(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def signed_in_at(self) -> datetime | None: ...
    @property
    def next(self) -> str: ...


def keep_session(visit: Visit, who: SignedIn) -> None:
    """Set the session cookie; a staff session holds the ID token and ends with it, one for linking while it is fresh."""
    if who.kind == "linker":
        keep_linker(visit, who)
        return
    if who.kind == "staff":
        ends_at = who.expires_at.timestamp()
        session = {
            "oid": who.oid,
            "name": who.name,
            "roles": sorted(who.roles),
            "token": who.id_token,
            "exp": int(ends_at),
        }
        try:
            visit.jar.keep("staff", session, ends_at=ends_at)
        except (
            ValueError
        ) as error:  # a token that fits into no cookie: the application registration sends groups
            raise Trouble(Problem.SIGN_IN_FAILED) from error
        return
    until = int(time.time()) + APPLICANT_SECONDS
    held = {"oid": who.oid, "upn": who.upn, "name": who.name, "sid": token_hex(16), "until": until}
    visit.jar.keep("applicant", held, ends_at=until)

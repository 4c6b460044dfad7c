"""From a finished sign-in to the session cookie of its kind: the two never share one."""

from datetime import datetime
from secrets import token_hex
from typing import Protocol

from functions._http.visit import Visit


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


def keep_session(visit: Visit, who: SignedIn) -> None:
    """Set the session cookie; a staff session holds the ID token and ends with it."""
    if who.kind == "staff":
        ends_at = who.expires_at.timestamp()
        session = {
            "oid": who.oid,
            "name": who.name,
            "roles": sorted(who.roles),
            "token": who.id_token,
            "exp": int(ends_at),
        }
        visit.jar.keep("staff", session, ends_at=ends_at)
        return
    session = {"oid": who.oid, "upn": who.upn, "name": who.name, "sid": token_hex(16)}
    visit.jar.keep("applicant", session)

"""The cookies of identity verification: a verification on its way, what one proved, and a fresh sign-in for linking.

All of them live for minutes of real time. They hold tokens as evidence for the worker; what they say decides nothing there.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final, Literal, Protocol

from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.presentation.views import PageSession, Problem
from shared.services.link_card import Linker
from shared.services.verify_card import CardHolder

CARD_SECONDS: Final = 30 * 60
"""How long a browser may look at what its card leads to; as evidence the verification counts for a shorter time."""
LINKER_SECONDS: Final = 10 * 60
LINK_PAGE: Final = "/verify/link"

type Purpose = Literal["verify", "link"]


class Verified(Protocol):
    """What a verification found out, as the adapter checked it."""

    @property
    def verification(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def counts_until(self) -> datetime: ...
    @property
    def identity(self) -> Any: ...  # noqa: ANN401 - a value of the domain


class FreshSignedIn(Protocol):
    """Who signed in with MFA, and when."""

    @property
    def oid(self) -> str: ...
    @property
    def upn(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def id_token(self) -> str: ...
    @property
    def signed_in_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Started:
    """A verification that this browser started.

    Attributes:
        flow: What the relying party needs to finish it.
        purpose: Where it leads to.
        linker: Id of the fresh sign-in it was started for; empty when it is not for linking.
    """

    flow: dict[str, Any]
    purpose: Purpose
    linker: str


def keep_started(visit: Visit, flow: dict[str, str], purpose: Purpose, linker: str) -> None:
    """Remember a verification until the browser is back."""
    visit.jar.keep("verify", {"flow": flow, "for": purpose, "linker": linker})


def started(visit: Visit) -> Started | None:
    """The verification that this browser started, if the answer that came is for it."""
    held = visit.jar.read("verify")
    if held is None or not visit.query("state") or held["flow"].get("state") != visit.query("state"):
        return None
    return Started(held["flow"], "link" if held["for"] == "link" else "verify", held["linker"])


def keep_holder(visit: Visit, verified: Verified, begun: Started) -> None:
    """Remember what a verification proved; the same card in the same browser goes on with its session.

    Raises:
        ValueError: it fits into no cookie.
    """
    before = visit.jar.read("card") or {}
    same = before.get("card") == verified.identity.card
    until = int(time.time()) + CARD_SECONDS
    held = {
        "verification": verified.verification,
        "token": verified.token,
        "card": verified.identity.card,
        "name": verified.identity.name,
        "sid": before["sid"] if same else token_hex(16),
        "counts": int(verified.counts_until.timestamp()),
        "application": before.get("application", "") if same else "",
        "linker": begun.linker,
        "until": until,
    }
    visit.jar.keep("card", held, ends_at=until)


def holder_of(visit: Visit, *, linker: str = "") -> CardHolder | None:
    """The holder of the card that was verified in this browser; ``linker``: only if it was for this fresh sign-in."""
    held = visit.jar.read("card")
    if held is None or (linker and held["linker"] != linker):
        return None
    return CardHolder(
        verification=held["verification"],
        card=held["card"],
        name=held["name"],
        token=held["token"],
        session=sha256(held["sid"].encode()).hexdigest()[:32],
        counts=time.time() < held["counts"],
        application=held["application"],
    )


def keep_application(visit: Visit, application: str) -> None:
    """Remember which application this browser asked for."""
    held = visit.jar.read("card")
    if held is not None and held["application"] != application:
        visit.jar.keep("card", held | {"application": application}, ends_at=held["until"])


def may_link(path: str) -> bool:
    """Whether a fresh sign-in may be asked for: from the page of linking only."""
    return path == LINK_PAGE and Channel.IDENTITY_VERIFICATION in bootstrap.ways()


def keep_linker(visit: Visit, who: FreshSignedIn) -> None:
    """Remember a fresh sign-in for as long as it is fresh."""
    signed_in_at = who.signed_in_at.timestamp() if who.signed_in_at else 0.0
    until = int(signed_in_at) + LINKER_SECONDS
    held = {
        "oid": who.oid,
        "upn": who.upn,
        "name": who.name,
        "token": who.id_token,
        "request": token_hex(16),
        "asked": "",
        "until": until,
    }
    try:
        visit.jar.keep("linker", held, ends_at=until)
    except ValueError as error:  # a token that fits into no cookie: the application registration sends groups
        raise Trouble(Problem.SIGN_IN_FAILED) from error


def linker_of(visit: Visit) -> Linker | None:
    """Who signed in with MFA a moment ago in this browser."""
    held = visit.jar.read("linker")
    if held is None:
        return None
    visit.shown_session = PageSession(held["name"], "linker")
    return Linker(held["oid"], held["upn"], held["name"], held["token"], held["request"], held["asked"])


def keep_asked(visit: Visit, asked: str) -> None:
    """Remember what this browser asked for, so that its page can say what came of it."""
    held = visit.jar.read("linker")
    if held is not None:
        visit.jar.keep("linker", held | {"asked": asked}, ends_at=held["until"])


def forget_cards(visit: Visit) -> None:
    """Remove all of them."""
    visit.jar.forget("verify")
    visit.jar.forget("card")
    visit.jar.forget("linker")

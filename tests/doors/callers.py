"""Who knocks: each caller as the cookies, headers or tokens that their browser or program sends."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local import configuration
from shared import bootstrap
from shared.adapters.sessions import CookieKind, Cookies
from tests.contract.security import forging
from tests.doors.house import House
from tests.doors.scenes import SID, Scene, card_cookie, linker_cookie
from tests.unit.cards import OTHER_CARD
from tests.unit.people import STUDENT

type Headers = dict[str, str]
type Caller = Callable[[House, Scene], Headers]

_HOUR: Final = 3600


def applicant(oid: str, sid: str = SID) -> dict[str, Any]:
    """What the session cookie of an applicant holds."""
    return {"oid": oid, "upn": f"{oid}@u.example", "name": oid, "sid": sid, "until": int(time.time()) + _HOUR}


def staff(scene: Scene, oid: str) -> dict[str, Any]:
    """What the session cookie of a member of staff holds."""
    member = scene.world.staff[oid]
    return {
        "oid": oid,
        "name": member.identity.name,
        "roles": sorted(member.identity.roles),
        "token": member.token,
        "exp": int(time.time()) + _HOUR,
    }


def nobody(scene: Scene) -> dict[str, dict[str, Any]]:
    """No session at all."""
    del scene
    return {}


def _no_role(scene: Scene) -> dict[str, dict[str, Any]]:
    return {"staff": staff(scene, "rei") | {"oid": "norbert", "name": "Norbert", "roles": []}}


SESSIONS: Final[Mapping[str, Callable[[Scene], dict[str, dict[str, Any]]]]] = {
    "nobody": nobody,
    "applicant": lambda scene: {"applicant": applicant(STUDENT.oid)},
    "another": lambda scene: {"applicant": applicant("taro", "7" * 32)},
    "reviewer": lambda scene: {"staff": staff(scene, "rei")},
    "clerk": lambda scene: {"staff": staff(scene, "cleo")},
    "clerk 2": lambda scene: {"staff": staff(scene, "clem")},
    "operator": lambda scene: {"staff": staff(scene, "ope")},
    "auditor": lambda scene: {"staff": staff(scene, "aud")},
    "no role": _no_role,
    "card": lambda scene: {"card": scene.cookies.get("card") or card_cookie(scene.world)},
    "card 2": lambda scene: {"card": card_cookie(scene.world, OTHER_CARD) | {"sid": "8" * 32}},
    "linker": lambda scene: {"linker": scene.cookies.get("linker") or linker_cookie(scene.world)},
}
"""The columns of the matrix: what their cookies hold. ``applicant`` is whose case it is, ``clerk`` who opened it."""


def cookie_header(payloads: Mapping[str, Mapping[str, Any]]) -> Headers:
    """The header with these cookies, sealed by the service itself."""
    pairs = [bootstrap.seal_cookie(kind, held).split(";")[0] for kind, held in payloads.items()]  # type: ignore[arg-type]  # kinds by name
    return {"cookie": "; ".join(pairs)} if pairs else {}


def every_cookie(scene: Scene) -> dict[str, dict[str, Any]]:
    """One good cookie of each kind, of the people to whom the most is open."""
    flow = {"state": "s", "kind": "staff", "next": "/staff"}
    return {
        "applicant": applicant(STUDENT.oid),
        "staff": staff(scene, "all") | {"roles": ["Auditor", "OfficeClerk", "Operator", "Reviewer"]},
        "flow": flow,
        "pickup": scene.cookies.get("pickup")
        or {"application": scene.case, "round": 1, "until": "2099-01-01T00:00:00+00:00"},
        "verify": {"flow": {"state": "s"}, "for": "verify", "linker": ""},
        "card": scene.cookies.get("card") or card_cookie(scene.world),
        "linker": scene.cookies.get("linker") or linker_cookie(scene.world),
    }


@dataclass(frozen=True)
class _Maker:
    """Cookies of the service's kinds that the service did not make, or made long ago."""

    cookies: Cookies

    def header(self, payloads: Mapping[str, Mapping[str, Any]]) -> Headers:
        made = [self.cookies.seal(CookieKind[kind.upper()], held) for kind, held in payloads.items()]
        return {"cookie": "; ".join(f"{each.name}={each.value}" for each in made)}


def _maker(house: House, *, key: str = "", age: int = 0) -> _Maker:
    own = [each.get_secret_value() for each in bootstrap.settings().cookie_keys]
    return _Maker(Cookies([key] if key else own, house.base_url, clock=lambda: time.time() - age))


def _swapped(by: int) -> Caller:
    """Every cookie under the name of another kind."""

    def headers(house: House, scene: Scene) -> Headers:
        del house
        held = every_cookie(scene)
        kinds = list(held)
        pairs = []
        for place, kind in enumerate(kinds):
            name = cookie_header({kind: held[kind]})["cookie"].partition("=")[0]
            other = kinds[(place + by) % len(kinds)]
            pairs.append(f"{name}={cookie_header({other: held[other]})['cookie'].partition('=')[2]}")
        return {"cookie": "; ".join(pairs)}

    return headers


def _of_another_key(house: House, scene: Scene) -> Headers:
    return _maker(house, key="k" * 64).header(every_cookie(scene))


def _of_yesterday(house: House, scene: Scene) -> Headers:
    old = every_cookie(scene)
    old["pickup"] |= {"until": "2000-01-01T00:00:00+00:00"}  # the only one whose end is in the payload
    return _maker(house, age=24 * _HOUR).header(old)


def _altered(house: House, scene: Scene) -> Headers:
    """The session's content changed, the signature left as it was."""
    del house
    pairs = []
    for kind, held in every_cookie(scene).items():
        name, _, value = cookie_header({kind: held})["cookie"].partition("=")
        body, stamp, signature = value.rsplit(".", 2)
        forged = (
            base64.urlsafe_b64encode(json.dumps({"d": held | {"oid": "forged"}}).encode())
            .decode()
            .rstrip("=")
        )
        assert forged != body
        pairs.append(f"{name}={forged}.{stamp}.{signature}")
    return {"cookie": "; ".join(pairs)}


def _easy_auth(house: House, scene: Scene) -> Headers:
    """The headers that only the platform's own sign-in may set; it is off, so anybody may send them."""
    del house, scene
    claims = [{"typ": "roles", "val": each} for each in ("Reviewer", "Operator", "OfficeClerk", "Auditor")]
    principal = {
        "auth_typ": "aad",
        "claims": [*claims, {"typ": "oid", "val": STUDENT.oid}],
        "role_typ": "roles",
    }
    return {
        "x-ms-client-principal": base64.b64encode(json.dumps(principal).encode()).decode(),
        "x-ms-client-principal-id": STUDENT.oid,
        "x-ms-client-principal-name": STUDENT.upn,
        "x-ms-client-principal-idp": "aad",
        "x-ms-token-aad-id-token": "e30.e30.",
        "x-ms-token-aad-access-token": "e30.e30.",
        "x-forwarded-user": STUDENT.upn,
        "x-remote-user": STUDENT.upn,
        "x-original-url": "/staff",
        "x-rewrite-url": "/staff",
        "x-http-method-override": "GET",
    }


def bearer(token: str) -> Headers:
    """The header of a program."""
    return {"authorization": f"Bearer {token}"}


def _a_programs(claims: Callable[..., dict[str, Any]], **differs: object) -> Caller:
    return lambda house, scene: bearer(forging.signed(house.cloud, claims(**differs)))


_STAFF_ROLES: Final = ["Reviewer", "OfficeClerk", "Operator", "Auditor"]

WORTHLESS: Final[Mapping[str, Caller]] = {
    **{f"cookies swapped by {by}": _swapped(by) for by in range(1, 7)},
    "cookies of another key": _of_another_key,
    "cookies of yesterday": _of_yesterday,
    "cookies altered": _altered,
    "forged Easy Auth": _easy_auth,
    "a staff ID token as a bearer": _a_programs(forging.claims, roles=_STAFF_ROLES),
    "a flow's token": _a_programs(forging.flow_claims),
    "a user's token": _a_programs(forging.user_claims, oid=STUDENT.oid),
}
"""Callers of a door for people who must be answered exactly as nobody is."""


def _wrong(name: str, claims: Callable[..., dict[str, Any]]) -> Caller:
    return lambda house, scene: bearer(forging.WRONG[name][0](house.cloud, claims()))


def _both(house: House, scene: Scene) -> Headers:
    del house
    return cookie_header(every_cookie(scene))


TOKENS: Final[Mapping[str, Caller]] = {
    "flow": _a_programs(forging.flow_claims),
    "user": _a_programs(forging.user_claims, oid=STUDENT.oid),
    "another user": _a_programs(forging.user_claims, oid="taro"),
    "no role": _a_programs(forging.flow_claims, roles=None),
    "no scope": _a_programs(forging.user_claims, scp="openid profile"),
    "app as user": _a_programs(forging.flow_claims, roles=["Applications.Submit"]),
    "other app": _a_programs(forging.user_claims, azp=configuration.APPLICANT_CLIENT_ID),
    "nothing": lambda house, scene: {},
    "cookies": _both,
    "Easy Auth": _easy_auth,
    "Basic": lambda house, scene: {"authorization": "Basic dTpw"},
    "staff ID token": _a_programs(forging.claims, roles=_STAFF_ROLES),
    "staff ID token without acrs": _a_programs(forging.claims, roles=_STAFF_ROLES, acrs=None),
    **{f"flow: {name}": _wrong(name, forging.flow_claims) for name in forging.WRONG},
    **{f"user: {name}": _wrong(name, forging.user_claims) for name in forging.WRONG},
}
"""Callers of a door for programs."""


def yesterday() -> datetime:
    """Real time a day ago."""
    return datetime.now(UTC) - timedelta(days=1)

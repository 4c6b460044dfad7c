"""The doors of the sign-in, from the button to the session cookie: a token that is wrong in one way makes no session."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from local import configuration, people
from tests.contract.security import forging
from tests.doors.house import Answer, House
from tests.doors.knocking import HTML
from tests.doors.scenes import nothing

_SESSIONS = ("__Host-reregister-applicant", "__Host-reregister-staff", "__Host-reregister-linker")
_ROLES = {"applicant": "student", "staff": "reviewer", "linker": "student"}
_NEXT = {"applicant": "/apply", "staff": "/staff", "linker": "/verify/link"}

type Change = Callable[[dict[str, Any]], str]


@pytest.fixture(autouse=True)
def _as_it_was(house: House) -> Iterator[None]:
    yield
    house.road.change = None


async def sign_in(
    house: House, role: str, *, change: Change | None = None, kind: str = "", finish_as: str = ""
) -> Answer:
    """Go through the sign-in of a role; ``change`` makes the ID token that the issuer answers with."""
    house.move_in((await nothing()).world)
    start = await house.send("GET", f"/auth/sign-in?{urlencode({'as_role': role, 'next': _NEXT[role]})}")
    upn = next(each.upn for each in people.PEOPLE if each.kind == (kind or _ROLES[role]))
    back = await asyncio.to_thread(_signed_in, start.location, upn)
    if change is not None:
        made = change
        house.road.change = lambda answer: answer | {"id_token": made(_claims(answer["id_token"]))}
    flow = start.cookies[0].split(";")[0]
    if finish_as:
        other = await house.send(
            "GET", f"/auth/sign-in?{urlencode({'as_role': finish_as, 'next': _NEXT[finish_as]})}"
        )
        flow = other.cookies[0].split(";")[0]
    query = urlsplit(back).query
    return await house.send("GET", f"/auth/callback?{query}", headers=HTML | {"cookie": flow})


def _signed_in(page: str, upn: str) -> str:
    """Where the issuer sends the browser after somebody signed in."""
    return requests.get(f"{page}&as={upn}", allow_redirects=False, timeout=30).headers["Location"]


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return value


def sessions(answer: Answer) -> list[str]:
    """Names of the session cookies that an answer sets."""
    pairs = [each.split(";")[0].partition("=") for each in answer.cookies]
    return [name for name, _, value in pairs if name in _SESSIONS and value]


@pytest.mark.parametrize("role", _ROLES)
async def test_a_good_sign_in_makes_a_session_of_its_own_kind_only(house: House, role: str) -> None:
    answer = await sign_in(house, role)
    assert (answer.status, answer.location) == (303, _NEXT[role])
    assert sessions(answer) == [f"__Host-reregister-{role}"]


@pytest.mark.parametrize("wrong", forging.WRONG)
async def test_a_wrong_token_signs_no_staff_in(house: House, wrong: str) -> None:
    forge = forging.WRONG[wrong][0]
    answer = await sign_in(house, "staff", change=lambda claims: forge(house.cloud, claims))
    assert answer.status in {400, 403, 503}, answer.status
    assert not sessions(answer)


_CHANGES: dict[str, tuple[str, dict[str, object]]] = {
    "staff without the authentication context": ("staff", {"acrs": None}),
    "staff with another authentication context": ("staff", {"acrs": ["c9"]}),
    "staff with the applicants' registration": ("staff", {"aud": configuration.APPLICANT_CLIENT_ID}),
    "an applicant with the staff's registration": ("applicant", {"aud": configuration.STAFF_CLIENT_ID}),
    "an applicant of another tenant": ("applicant", {"tid": "22222222-2222-4333-8444-555555555555"}),
    "an applicant whose token ran out": ("applicant", {"exp": 1}),
    "an applicant with another nonce": ("applicant", {"nonce": "another"}),
    "linking without the authentication context": ("linker", {"acrs": None}),
    "linking with a sign-in of yesterday": ("linker", {"auth_time": 1}),
    "linking without a time of the sign-in": ("linker", {"auth_time": None}),
}


@pytest.mark.parametrize("name", _CHANGES)
async def test_a_token_that_is_wrong_for_its_purpose_makes_no_session(house: House, name: str) -> None:
    role, changes = _CHANGES[name]

    def change(claims: dict[str, Any]) -> str:
        changed = {key: value for key, value in (claims | changes).items() if value is not None}
        return forging.signed(house.cloud, changed)

    answer = await sign_in(house, role, change=change)
    assert answer.status in {400, 403}, answer.status
    assert not sessions(answer)


@pytest.mark.parametrize("finish_as", ["staff", "linker"])
async def test_a_password_alone_cannot_be_finished_as_anything_more(house: House, finish_as: str) -> None:
    """The code of a sign-in as applicant, brought back with the cookie of another sign-in."""
    answer = await sign_in(house, "applicant", finish_as=finish_as)
    assert answer.status in {400, 403}
    assert not sessions(answer)


async def test_somebody_without_a_role_is_signed_in_and_let_in_nowhere(house: House) -> None:
    answer = await sign_in(house, "staff", kind="student")
    cookie = next(
        (each.split(";")[0] for each in answer.cookies if "staff=" in each and "Max-Age=0" not in each), ""
    )
    page = await house.send("GET", "/staff", headers=HTML | {"cookie": cookie})
    assert page.status == 403 if cookie else answer.status == 403


async def test_a_code_is_good_once_and_in_its_own_browser_only(house: House) -> None:
    house.move_in((await nothing()).world)
    start = await house.send("GET", "/auth/sign-in?as_role=staff")
    upn = next(each.upn for each in people.PEOPLE if each.kind == "reviewer")
    back = await asyncio.to_thread(_signed_in, start.location, upn)
    query = dict(parse_qsl(urlsplit(back).query))
    path = f"/auth/callback?{urlencode(query)}"
    assert not sessions(await house.send("GET", path, headers=HTML))
    headers = HTML | {"cookie": start.cookies[0].split(";")[0]}
    assert not sessions(
        await house.send("GET", f"/auth/callback?{urlencode(query | {'state': 'x'})}", headers=headers)
    )
    assert sessions(await house.send("GET", path, headers=headers))
    assert not sessions(await house.send("GET", path, headers=headers))

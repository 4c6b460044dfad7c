"""The headers and cookies of each kind of answer, with the https address of the cloud and with the local one.

``headers.check_answer`` is asked of every answer in this folder, and so of every door with every caller; here each kind of
answer is seen once by name, and what only some of them carry.
"""

import re
from collections.abc import Iterator
from functools import partial

import pytest

from shared.ports import UnavailableError
from tests.doors.callers import SESSIONS, cookie_header, every_cookie
from tests.doors.headers import check_answer
from tests.doors.house import BASE, Answer, House, open_house
from tests.doors.knocking import HTML, JSON, knock, scene_of
from tests.doors.scenes import nothing
from tests.unit.observed import Fault

LOCAL = "http://localhost:7071"


@pytest.fixture(scope="module", params=[BASE, LOCAL])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A process with each kind of public address."""
    with open_house(request.param, tmp_path_factory.mktemp("house")) as made:
        made.heard.append(partial(check_answer, made))
        yield made


async def _seen(house: House, row: str, caller: str, form: dict[str, str]) -> Answer:
    scene = await scene_of(house, row)
    return await knock(house, row, scene, form, sessions=SESSIONS[caller](scene))


@pytest.mark.parametrize(
    ("row", "caller", "form", "status", "kind"),
    [
        ("home", "nobody", HTML, 200, "text/html"),
        ("static", "nobody", HTML, 200, "text/css"),
        ("openapi", "nobody", HTML, 200, "application/json"),
        ("health", "nobody", JSON, 200, "application/json"),
        ("apply_form", "nobody", HTML, 303, "text/html"),
        ("apply_form", "nobody", JSON, 401, "application/problem+json"),
        ("staff", "clerk", HTML, 403, "text/html"),
        ("staff", "clerk", JSON, 403, "application/problem+json"),
        ("application", "another", HTML, 403, "text/html"),
        ("application", "applicant", JSON, 200, "application/json"),
        ("review_photo", "reviewer", HTML, 200, "image/jpeg"),
        ("pickup_pass", "applicant", HTML, 200, "application/json"),
        ("auth_callback", "nobody", HTML, 400, "text/html"),
        ("verify_pass", "card", HTML, 200, "application/json"),
    ],
)
async def test_each_kind_of_answer(
    house: House, row: str, caller: str, form: dict[str, str], status: int, kind: str
) -> None:
    answer = await _seen(house, row, caller, form)
    assert answer.status == status
    assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("form", [HTML, JSON])
async def test_what_goes_wrong_has_them_too(house: House, form: dict[str, str]) -> None:
    """Dead links, a storage that is down, a fault of our own: the last says no more than a number to look for."""
    scene = await scene_of(house, "not_me")
    for path, status in (("/not-me/x.y", 404), (f"/applications/{'0' * 32}", 404)):
        answer = await house.send("GET", path, headers=form | cookie_header(every_cookie(scene)))
        assert answer.status == status
    scene.world.seen.faults.append(Fault("applications", "read", UnavailableError("secret detail")))
    down = await house.send("GET", scene.path("/not-me/{not_me}"), headers=form)
    assert (down.status, down.headers["retry-after"]) == (503, "30")
    scene.world.seen.faults.clear()
    scene.world.seen.faults.append(Fault("applications", "read", RuntimeError("secret detail")))
    broken = await house.send("GET", scene.path("/not-me/{not_me}"), headers=form)
    assert broken.status == 500
    assert "secret detail" not in down.text + broken.text


@pytest.mark.parametrize(
    "path", ["/nothing", "/apply/more", "/staff/../staff/nothing", "//evil.example", "/Static", "/admin"]
)
async def test_the_platform_answers_what_no_route_takes(house: House, path: str) -> None:
    """No catch-all of ours: such an address runs nothing, and whatever the platform says of it knows nobody."""
    house.move_in((await nothing()).world)
    before = house.stored()
    answer = await house.send("GET", path)
    assert (answer.function, answer.status) == ("", 404)
    assert not house.changed_since(before)


@pytest.mark.parametrize(
    "path", ["//apply", "///ways/form", "//evil.example/../apply", "/\\evil.example/../apply"]
)
async def test_a_page_at_an_odd_address_links_to_no_other_host(house: House, path: str) -> None:
    """The platform drops slashes and dots where it looks for the route, and hands the address over as it came."""
    scene = await scene_of(house, "apply_form")
    answer = await house.send("GET", path, headers=HTML | cookie_header(SESSIONS["applicant"](scene)))
    assert answer.status == 200
    links = re.findall(r'(?:href|action|src)="([^"]*)"', answer.text)
    assert links
    assert not [each for each in links if re.match(r"[/\\]{2}|[/\\]*\\", each)]


async def test_a_cached_file_carries_no_cookie(house: House) -> None:
    """The language switch works on any address; what a cache may keep must not hand a cookie to others."""
    house.move_in((await nothing()).world)
    for path in ("/static/style.css", "/openapi.json"):
        plain = await house.send("GET", path)
        switched = await house.send("GET", f"{path}?lang=en")
        assert (plain.cookies, plain.headers["cache-control"]) == ((), "public, max-age=300")
        assert len(switched.cookies) == 1
        assert switched.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("row", ["auth_sign_out", "verify_forget"])
async def test_signing_out_leaves_nothing_in_the_browser(house: House, row: str) -> None:
    """Session, link and card go, and with them the private key that a page kept; no cookie of another site is touched."""
    scene = await scene_of(house, row)
    answer = await knock(house, row, scene, HTML, sessions=every_cookie(scene))
    assert answer.headers["clear-site-data"] == '"storage"'
    gone = {each.split("=")[0] for each in answer.cookies if "Max-Age=0" in each and "=;" in each}
    kinds = {"card", "linker", "verify"} | (
        {"applicant", "staff", "flow", "pickup"} if row == "auth_sign_out" else set()
    )
    assert gone == {cookie_header({kind: {}})["cookie"].split("=")[0] for kind in kinds}


async def test_only_whoever_leaves_is_cleared(house: House) -> None:
    for row, caller in (("home", "nobody"), ("application", "applicant"), ("staff", "operator")):
        assert "clear-site-data" not in (await _seen(house, row, caller, HTML)).headers


async def test_a_session_ends_with_its_cookie(house: House) -> None:
    """Idle half an hour, and never beyond what it was given: both are told to the browser too."""
    answer = await _seen(house, "application", "applicant", HTML)
    (cookie,) = answer.cookies
    assert "Max-Age=1800" in cookie

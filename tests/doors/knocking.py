"""Knock at a door as the matrix says, and tell what came of it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.doors.callers import cookie_header
from tests.doors.house import Answer, House, methods_of
from tests.doors.matrix import KNOCKS, Knock
from tests.doors.scenes import SCENES, Scene, card_cookie, linker_cookie

HTML: Final = {"accept": "text/html"}
JSON: Final = {"accept": "application/json"}
_BOUNDARY: Final = "----boundary"
_RESPONSES: Final = Path(__file__).parents[1] / "samples/forms"
_PHOTO: Final = b"photo of the card"


async def scene_of(house: House, row: str) -> Scene:
    """Set the scene of a row, and let the process stand on it."""
    scene = await SCENES[KNOCKS[row].scene]()
    house.move_in(scene.world)
    return scene


def door_of(row: str) -> str:
    """Name of the function that a row knocks at."""
    return row.partition("/")[0]


def method_of(row: str) -> str:
    """The method that a door takes; HEAD is knocked separately."""
    return "POST" if "POST" in methods_of()[door_of(row)][1] else "GET"


async def knock(
    house: House,
    row: str,
    scene: Scene,
    sent: Mapping[str, str],
    *,
    sessions: Mapping[str, Mapping[str, Any]] | None = None,
    method: str = "",
    path: str = "",
) -> Answer:
    """Send what the row says, with these headers and these cookies besides those that every caller brings."""
    how = KNOCKS[row]
    form = {name: value.replace("{case}", scene.case) for name, value in how.form.items()}
    kind, body = _body(replace(how, form=form))
    headers = {"accept-language": "en", "origin": house.base_url, **({"content-type": kind} if kind else {})}
    carried = {name: _carried(scene, name) for name in how.carries}
    headers |= cookie_header(carried | dict(sessions or {})) if sessions is not None else {}
    return await house.send(
        method or method_of(row), path or scene.path(how.path), headers=headers | dict(sent), body=body
    )


def cell(answer: Answer) -> str:
    """The answer as the table writes it."""
    return _sign_in(answer) or str(answer.status)


def _sign_in(answer: Answer) -> str:
    target = answer.location
    if answer.status == 401:
        target = str(json.loads(answer.body).get("link", "")) if answer.problem else _link_in(answer.text)
    address = urlsplit(target)
    role = parse_qs(address.query).get("as_role", [""])[0]
    if answer.status not in {303, 401} or address.netloc:
        return ""
    if address.path == "/auth/sign-in" and answer.function != "auth_sign_in":
        return {"applicant": "a", "staff": "s", "linker": "l"}[role]
    if address.path in {"/verify", "/verify/start"}:
        return "" if answer.status == 303 and answer.function in _LEAVE_TO_VERIFY else "v"
    return ""


_LEAVE_TO_VERIFY: Final = frozenset({"verify_forget", "verify_registered", "verify_unlink", "verify_start"})
"""Doors that lead there when all is well."""


def _link_in(page: str) -> str:
    for path in ("/auth/sign-in?", "/verify/start", "/verify"):
        start = page.find(f'href="{path}')
        if start >= 0:
            return page[start + 6 : page.index('"', start + 6)].replace("&amp;", "&")
    return ""


def _carried(scene: Scene, kind: str) -> dict[str, Any]:
    fresh = {"card": card_cookie, "linker": linker_cookie}
    return scene.cookies[kind] if kind in scene.cookies else fresh[kind](scene.world)


def _body(how: Knock) -> tuple[str, bytes]:
    if how.sample:
        return "application/json", (_RESPONSES / f"{how.sample}.json").read_bytes()
    if how.json is not None:
        value = dict(how.json)
        if how.photo:
            value["photo"] = base64.b64encode(_PHOTO).decode()
        return "application/json", json.dumps(value).encode()
    if how.photo:
        return f"multipart/form-data; boundary={_BOUNDARY}", _multipart(how.form)
    return "application/x-www-form-urlencoded", urlencode(how.form).encode()


def _multipart(fields: Mapping[str, str]) -> bytes:
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'.encode()
    return b"".join(parts) + head + _PHOTO + f"\r\n--{_BOUNDARY}--\r\n".encode()

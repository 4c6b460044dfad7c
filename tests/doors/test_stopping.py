"""An operator stops a case from its page, whatever state it is in, as the runbooks say; what cannot be stopped has no button."""

import re
from datetime import timedelta

import pytest

from shared.domain.kinds import Closing
from shared.domain.states import State
from tests.doors.callers import SESSIONS, Headers, cookie_header
from tests.doors.house import House
from tests.doors.knocking import HTML
from tests.doors.scenes import Scene
from tests.unit.reaching import reach


def _signed_in(house: House, scene: Scene, who: str) -> Headers:
    return HTML | {"origin": house.base_url} | cookie_header(SESSIONS[who](scene))


async def _forms(house: House, scene: Scene, who: str = "operator") -> list[str]:
    page = await house.send(
        "GET", scene.path("/staff/applications/{case}"), headers=_signed_in(house, scene, who)
    )
    assert page.status == 200
    return [
        each.rpartition("/")[2] for each in re.findall(r'<form method="post" action="([^"]+)"', page.text)
    ]


@pytest.mark.parametrize("state", State)
async def test_the_button_is_there_where_it_works(house: House, state: State) -> None:
    scene = Scene(*await reach(state))
    house.move_in(scene.world)
    shown = await _forms(house, scene)
    assert ("run-again" in shown) is (state is State.ATTENTION)
    answer = await house.send(
        "POST",
        scene.path("/staff/applications/{case}/stop"),
        headers=_signed_in(house, scene, "operator") | {"content-type": "application/x-www-form-urlencoded"},
        body=b"confirm=on",
    )
    assert answer.status == (303 if "stop" in shown else 409)
    if "stop" in shown:
        scene.world.seen.faults.clear()
        await scene.world.run()
        await scene.world.move(timedelta(hours=1))  # a pass that was made is looked for until it is gone
        case = scene.world.case(scene.case)
        assert (case.state, case.stop_as) == (State.CANCELLED, Closing.OPERATOR)
        assert "stop" not in await _forms(house, scene)
    else:
        assert scene.world.case(scene.case).terminal or state is State.STOPPING


@pytest.mark.parametrize("who", ["reviewer", "auditor"])
async def test_nobody_else_has_it(house: House, who: str) -> None:
    scene = Scene(*await reach(State.ISSUED))
    house.move_in(scene.world)
    assert await _forms(house, scene, who) == ["sign-out"]

"""The link of a notice after a "no": no second question, and no "yes" that is thanked for and does nothing."""

import pytest

from shared.domain.kinds import Language
from shared.presentation.words import text
from tests.doors.house import Answer, House
from tests.doors.knocking import HTML, JSON, scene_of
from tests.doors.scenes import Scene

_FORM = {"content-type": "application/x-www-form-urlencoded", "accept-language": "en"}


async def _send(house: House, scene: Scene, choice: str, form: dict[str, str]) -> Answer:
    headers = form | _FORM | {"origin": house.base_url}
    return await house.send(
        "POST", scene.path("/not-me/{not_me}"), headers=headers, body=f"choice={choice}".encode()
    )


@pytest.mark.parametrize("form", [HTML, JSON])
async def test_a_yes_after_a_no_is_refused_and_stores_nothing(house: House, form: dict[str, str]) -> None:
    scene = await scene_of(house, "not_me")
    assert (await _send(house, scene, "not_mine", HTML)).status == 200
    before = house.stored()
    answer = await _send(house, scene, "mine", form)
    assert answer.status == 409
    assert house.changed_since(before) == set()
    assert text("not_me_detail.mine", Language.EN) not in answer.text


async def test_the_link_says_that_no_was_said(house: House) -> None:
    scene = await scene_of(house, "not_me")
    await _send(house, scene, "not_mine", HTML)
    page = await house.send("GET", scene.path("/not-me/{not_me}"), headers=HTML | {"accept-language": "en"})
    assert page.status == 200
    assert text("not_me_done.protected", Language.EN) in page.text
    assert 'name="choice"' not in page.text

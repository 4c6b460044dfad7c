"""A service that is tried out says so on every page, and its pickup page says where to get help meanwhile."""

import json
from collections.abc import Iterator

import pytest

from shared.domain.kinds import Language
from shared.domain.putting_off import on_trial
from shared.domain.states import State
from shared.presentation.words import text
from tests.doors.callers import SESSIONS, cookie_header
from tests.doors.house import BASE, Answer, House, open_house
from tests.doors.knocking import HTML, JSON
from tests.doors.scenes import Scene, _with_pickup
from tests.unit.reaching import reach
from tests.unit.university import rules_of
from tests.unit.world import World


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVALUATION_MODE", "true")
        with open_house(BASE, tmp_path_factory.mktemp("trial")) as made:
            yield made


async def _approved(house: House) -> Scene:
    world, name = await reach(State.APPROVED, World(rules=rules_of(evaluation=True)))
    house.move_in(world)
    return _with_pickup(Scene(world, name))


async def _get(house: House, scene: Scene, path: str, who: str, language: Language) -> Answer:
    cookies = cookie_header({**SESSIONS[who](scene), **scene.cookies})
    return await house.send(
        "GET", scene.path(path), headers=HTML | {"accept-language": language.value} | cookies
    )


@pytest.mark.parametrize("language", Language)
async def test_every_page_says_that_it_is_a_trial(trial: House, language: Language) -> None:
    scene = await _approved(trial)
    pages = {"/": "nobody", "/pickup/{case}": "applicant", "/applications/{case}": "applicant"}
    for path, who in pages.items():
        answer = await _get(trial, scene, path, who, language)
        assert answer.status == 200
        assert text("trial.title", language) in answer.text
        assert text("trial.detail", language) in answer.text
        assert "support@utac.example.ac.jp" in answer.text
    staff = await _get(trial, scene, "/staff", "operator", language)
    assert text("trial.staff", language) in staff.text
    assert text("trial.detail", language) not in staff.text


@pytest.mark.parametrize("language", Language)
async def test_whoever_asks_for_the_pass_is_told_where_to_get_help(trial: House, language: Language) -> None:
    scene = await _approved(trial)
    page = await _get(trial, scene, "/pickup/{case}", "applicant", language)
    assert text("pickup_say.trial", language) in page.text
    cookies = cookie_header({**SESSIONS["applicant"](scene), **scene.cookies})
    headers = JSON | {"accept-language": language.value, "origin": trial.base_url} | cookies
    body = json.dumps({"public_key": "key"}).encode()
    asked = await trial.send(
        "POST",
        scene.path("/pickup/{case}"),
        headers=headers | {"content-type": "application/json"},
        body=body,
    )
    assert asked.status == 202, asked.text
    await scene.world.run()
    assert on_trial(scene.world.case(scene.case))

    answer = await trial.send("GET", scene.path("/pickup/{case}/pass"), headers=headers)
    assert (answer.status, answer.problem) == (409, "trial")
    told = json.loads(answer.body)
    assert told["title"] == text("problem_title.trial", language)
    assert scene.world.graph.account(scene.world.student).passes_made == []

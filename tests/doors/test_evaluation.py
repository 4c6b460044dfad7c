"""A service that is tried out says so on every page, and its pickup page says where to get help meanwhile."""

import json
from collections.abc import Iterator, Mapping

import pytest
from pydantic import BaseModel

from functions._http.program_bodies import ApplicationStatus, ApplicationTaken, ResponseTaken
from shared.domain.kinds import Language
from shared.domain.putting_off import on_trial
from shared.domain.states import State
from shared.presentation.words import text
from tests.doors.callers import SESSIONS, TOKENS, cookie_header
from tests.doors.house import BASE, Answer, House, open_house
from tests.doors.knocking import HTML, JSON, knock, scene_of
from tests.doors.scenes import Scene, _with_pickup
from tests.unit.reaching import reach
from tests.unit.university import rules_of
from tests.unit.world import World


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(BASE, tmp_path_factory.mktemp("trial"), EVALUATION_MODE="true") as made:
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


@pytest.mark.parametrize("language", Language)
async def test_after_the_pass_was_put_off_the_status_page_does_not_invite_to_collect(
    trial: House, language: Language
) -> None:
    scene = await _approved(trial)
    page = await _get(trial, scene, "/applications/{case}", "applicant", language)
    assert f'href="/pickup/{scene.case}"' in page.text
    await scene.world.ask_for_pass(scene.case)
    await scene.world.run()

    page = await _get(trial, scene, "/applications/{case}", "applicant", language)

    assert page.text.count(text("pickup_say.trial", language)) == 1
    assert text("application.trial_who", language) in page.text
    assert f'href="/pickup/{scene.case}"' not in page.text
    assert text("deadline.approved", language) not in page.text


_DOCUMENTS = {
    "application": "applicant",
    "apply_submit": "applicant",
    "api_apply": "user",
    "api_application": "user",
    "form_response": "flow",
    "verify": "card",
}
"""Doors whose JSON tells of a case, and a caller that is let in."""
_MODELS: Mapping[str, type[BaseModel]] = {
    "api_apply": ApplicationTaken,
    "api_application": ApplicationStatus,
    "form_response": ResponseTaken,
}
"""What the description of the doors says of them."""


async def _document(house: House, row: str) -> dict[str, object]:
    scene = await scene_of(house, row)
    who = _DOCUMENTS[row]
    if who in TOKENS:
        answer = await knock(house, row, scene, TOKENS[who](house, scene))
    else:
        answer = await knock(house, row, scene, JSON, sessions=SESSIONS[who](scene))
    assert answer.status in {200, 202}, answer.text
    told = json.loads(answer.body)
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize("row", _DOCUMENTS)
async def test_programs_are_told_that_it_is_a_trial(trial: House, row: str) -> None:
    """Otherwise the documents have nothing of it: the journeys hold their fields."""
    told = await _document(trial, row)
    assert told["trial"] is True
    if row in _MODELS:
        assert _MODELS[row].model_validate(told).model_dump()["trial"] is True

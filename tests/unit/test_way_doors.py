"""The doors of the first page, the guided choice and each way in, with other ways on than the local run has."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest

from functions import http_home
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.presentation.pages import Pages
from tests.fakes.fixed_clock import FixedClock
from tests.fakes.hooks import Hooks
from tests.fakes.memory_guards import MemorySwitches
from tests.unit.presentation import samples
from tests.unit.presentation.sample_ways import CALENDAR

type Get = Callable[..., Awaitable[func.HttpResponse]]

_PARTS = {"way_choice": "situation", "way": "way"}


@pytest.fixture
def get(monkeypatch: pytest.MonkeyPatch) -> Get:
    """Ask one of the doors with these ways on."""
    clock = FixedClock(datetime.fromisoformat("2026-11-20T19:00:00+09:00"))
    web = SimpleNamespace(
        clock=clock, rules=SimpleNamespace(calendar=CALENDAR), switches=MemorySwitches(Hooks())
    )
    monkeypatch.setattr(bootstrap, "web", lambda: web)
    monkeypatch.setattr(bootstrap, "pages", lambda: Pages(samples.SITE))
    monkeypatch.setattr(bootstrap, "base_url", lambda: "https://mfa.example.ac.jp")
    monkeypatch.setattr(bootstrap, "sign_in_page", lambda: "https://login.example/t/v2.0")

    async def ask(name: str, part: str = "", *on: Channel, accept: str = "text/html") -> func.HttpResponse:
        monkeypatch.setattr(bootstrap, "ways", lambda: frozenset(on or Channel))
        door: Any = getattr(http_home, name)._function.get_user_function()
        request = func.HttpRequest(
            method="GET",
            url=f"https://mfa.example.ac.jp/ways/{part}",
            headers={"accept": accept, "accept-language": "en"},
            route_params={_PARTS[name]: part} if name in _PARTS else {},
            body=b"",
        )
        answer: func.HttpResponse = await door(request)
        return answer

    return ask


async def test_the_first_page_opens_whatever_is_on(get: Get) -> None:
    for channel in Channel:
        assert (await get("home", "", channel)).status_code == 200


@pytest.mark.parametrize("part", ["form", "office", "identity-verification"])
async def test_a_way_that_is_off_says_so(get: Get, part: str) -> None:
    answer = await get("way", part, Channel.WEBSITE)

    assert answer.status_code == 404
    assert "This way to apply is not offered here" in answer.get_body().decode()
    told = await get("way", part, Channel.WEBSITE, accept="application/json")
    assert b"way_off" in told.get_body()


@pytest.mark.parametrize(("name", "part"), [("way", "lottery"), ("way", ""), ("way_choice", "bored")])
async def test_what_there_is_not_is_not_found(get: Get, name: str, part: str) -> None:
    answer = await get(name, part)

    assert answer.status_code == 404
    assert "Page not found" in answer.get_body().decode()


async def test_the_question_about_the_card_is_asked_only_where_the_card_is_taken(get: Get) -> None:
    assert (await get("way_choice", "linked-card")).status_code == 200
    assert (await get("way_choice", "linked-card", Channel.WEBSITE)).status_code == 404


async def test_the_waiting_time_is_that_of_this_moment(get: Get) -> None:
    page = (await get("way", "website")).get_body().decode()

    assert "Tue 24 Nov 2026, 9:00 JST" in page

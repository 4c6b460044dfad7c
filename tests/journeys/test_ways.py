"""Before an application and beside it: the first page, the guided choice, each way's page, methods that may still work."""

import re

import pytest
import requests

from local.visitor import eventually
from shared.domain.kinds import Channel
from shared.domain.ways import Situation
from tests.journeys.programs import answers_form
from tests.journeys.town import Town

PATHS = [
    "/",
    *(f"/ways/choose/{each.value.replace('_', '-')}" for each in Situation),
    *(f"/ways/{each.value.replace('_', '-')}" for each in Channel),
]


def page(town: Town, path: str, language: str = "en") -> str:
    answer = requests.get(
        f"{town.stack.app}{path}", headers={"Accept-Language": language, "Accept": "text/html"}, timeout=30
    )
    assert answer.status_code == 200, path
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    return answer.text


@pytest.mark.parametrize("path", PATHS)
def test_anybody_can_read_it_in_both_languages_and_by_head(town: Town, path: str) -> None:
    assert '<html lang="ja">' in page(town, path, "ja")
    assert '<html lang="en">' in page(town, path, "en")
    head = requests.head(f"{town.stack.app}{path}", timeout=30)
    assert (head.status_code, head.text) == (200, "")
    assert "Set-Cookie" not in head.headers


def test_from_any_page_every_link_of_ours_leads_somewhere(town: Town) -> None:
    seen: set[str] = set()
    waiting = {"/"}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        for target in re.findall(r'href="(/[^"#?]*)', page(town, path)):
            if target.startswith("/ways/") and target not in seen:
                waiting.add(target)
            elif target.startswith("/static/"):
                assert requests.get(f"{town.stack.app}{target}", timeout=30).ok, target
    assert seen == set(PATHS)


def test_the_waiting_time_follows_the_clock(town: Town) -> None:
    assert "The support desk is open now." in page(town, "/ways/website")
    town.at("2026-11-20T19:00:00+09:00")  # a Friday; Monday is a holiday
    assert "Tue 24 Nov 2026, 9:00 JST" in page(town, "/ways/website")
    assert "Tue 24 Nov 2026, 9:00 JST" in page(town, "/ways/form")
    assert "The next day they open is Tue 24 Nov 2026." in page(town, "/ways/office")
    assert "At once, at any hour of any day." in page(town, "/ways/identity-verification")


def test_what_is_not_there_is_told_on_a_page(town: Town) -> None:
    for path in ("/ways/lottery", "/ways/choose/bored"):
        answer = requests.get(f"{town.stack.app}{path}", headers={"Accept-Language": "en"}, timeout=30)
        assert answer.status_code == 404
        assert "Page not found" in answer.text
        assert "/ways/website" in answer.text


def test_methods_that_may_still_work_are_told_to_applicant_and_reviewer_and_never_a_number(
    town: Town,
) -> None:
    person = town.newcomer()
    for kind in ("fido2", "softwareOath"):
        town.registers(person, kind)
    town.registers(person, "phone", phoneNumber="+81 9012345612")
    case = town.in_review(person)

    status = case.page()
    review = town.staff("reviewer").get(case.review_link()).text
    for seen in (status, review):
        assert "Phone ending in 12" in seen or "電話（末尾 12）" in seen
        assert "9012345612" not in seen
    assert "Security key or passkey" in status
    assert "Six digits come by text message" in status, "and how to use it"


def test_the_icon_is_a_picture(town: Town) -> None:
    answer = requests.get(f"{town.stack.app}/static/icon.svg", timeout=30)

    assert answer.headers["Content-Type"] == "image/svg+xml"


def test_a_form_is_returned_for_a_photo_and_goes_on_like_one_of_the_website(town: Town) -> None:
    person = town.newcomer()
    case = answers_form(town, person)
    case.waits("in_review")
    reviewer = town.staff("reviewer")
    review = reviewer.get(case.review_link()).text
    assert 'value="wrong_document"' not in review
    case.decide("return", reason_code="other")
    case.waits("returned")
    eventually(  # the state is saved before the mail goes out
        lambda: any(
            "photo of your card" in each["subject"] or "カードの写真" in each["subject"]
            for each in case.all_mails()
        ),
        "the mail that asks for a photo",
    )

    photo = {"photo": ("card.jpg", town.card(person), "image/jpeg")}
    sent = person.post(f"/applications/{case.id}/photo", files=photo)
    assert sent.ok
    case.waits("in_review")
    assert 'value="wrong_document"' in reviewer.get(case.review_link(after=1)).text

"""The main road, in hours: every answer in the shape of the contract for scripts (DESIGN section 10)."""

import base64
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.town import Case, Town, words

TOKYO = ZoneInfo("Asia/Tokyo")


def test_the_road_in_hours_in_the_shapes_of_the_contract(town: Town) -> None:
    student = town.newcomer()
    before = town.graph(student)
    assert before.keys() == {"enabled", "methods", "passes", "sessionsRevoked"}
    case = town.applies(student, reason="broken", details="fell into the pond")
    _taken_is_told(case)
    seen = case.waits("in_review")
    _status_is_told(case)
    assert seen.keys() >= {"id", "reference", "channel", "state", "next_actor", "promised_by", "history"}
    assert seen["flags"] == ["methods_still_registered"]
    assert seen["guards"]
    assert all(each["passed"] for each in seen["guards"])

    link = case.review_link()
    assert link.startswith(f"{town.stack.app}/review/")
    page = town.staff().get(link)
    assert page.ok
    assert "fell into the pond" in page.text
    photo = town.staff().get(f"{link}/photo")
    assert photo.headers["Content-Type"] == "image/jpeg"
    assert photo.content.startswith(b"\xff\xd8")
    decided = case.decide("approve")
    assert decided.json().keys() == {"state"}

    case.waits("approved")
    case.opens_pickup()
    case.asks()
    _pass_is_given_to_the_posting_session_until_shown(case)
    town.registers(student)
    case.says_registered()
    case.waits_for("old_methods_removed")
    _old_methods_are_gone(case, {each["id"] for each in before["methods"]})
    assert town.graph(student)["sessionsRevoked"] > before["sessionsRevoked"]


def _taken_is_told(case: Case) -> None:
    taken = case.taken
    assert taken.keys() == {"id", "reference", "state", "review_from", "status_url"}
    assert taken["state"] == "submitted"
    assert taken["status_url"] == f"{case.town.stack.app}/applications/{taken['id']}"
    opened = datetime.fromisoformat(taken["review_from"])
    assert opened.tzinfo is not None
    assert abs(opened - datetime(2026, 11, 17, 10, tzinfo=TOKYO)) < timedelta(minutes=5)


def _status_is_told(case: Case) -> None:
    status = case.person.status(case.id)
    assert status.keys() == {"id", "reference", "channel", "state", "next_actor", "promised_by", "history"}
    assert (status["channel"], status["state"], status["next_actor"]) == ("website", "in_review", "staff")
    assert datetime.fromisoformat(status["promised_by"]).astimezone(TOKYO).hour == 14
    assert [each.keys() for each in status["history"]] == [{"at", "event"}] * len(status["history"])
    assert [each["event"] for each in status["history"]][:1] == ["submitted"]


def _pass_is_given_to_the_posting_session_until_shown(case: Case) -> None:
    case.waits("issued")
    path = f"/pickup/{case.id}/pass"
    first, again = (case.person.get(path, json=True).json() for _ in range(2))
    assert first.keys() == {"sealed", "seconds_left"}
    assert first["sealed"] == again["sealed"]
    assert len(base64.b64decode(first["sealed"])) == 256
    assert 0 < first["seconds_left"] <= 3600
    case.code = case.person.unseal(first["sealed"])
    made = case.town.graph(case.person)["passes"]
    assert [(each["value"], each["isUsable"]) for each in made] == [(case.code, True)]
    assert case.person.post(f"/pickup/{case.id}/shown", json={}).status_code == 202
    assert case.person.get(path, json=True).status_code == 410


def _old_methods_are_gone(case: Case, old: set[str]) -> None:
    left = {each["kind"]: each["id"] for each in case.town.graph(case.person)["methods"]}
    assert left.keys() == {"password", "email", "microsoftAuthenticator"}
    assert left["microsoftAuthenticator"] not in old
    assert case.town.graph(case.person)["passes"] == []


def test_nobody_needs_to_say_that_a_method_is_registered(town: Town) -> None:
    case = town.issued()
    town.registers(case.person)
    town.later(minutes=3)
    case.waits("completed")

    assert "completed" in words(case.person.get(f"/applications/{case.id}").text).lower()

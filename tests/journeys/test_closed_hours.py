"""Applications that arrive while the support desk is closed."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from local.visitor import eventually
from tests.journeys.stored import Stored
from tests.journeys.town import Case, Town

TOKYO = ZoneInfo("Asia/Tokyo")
FRIDAY_EVENING = "2026-11-20T19:00:00+09:00"
TUESDAY = "2026-11-24T09:00:00+09:00"
A_WEEK_LATER = "2026-12-01T09:01:00+09:00"


def next_step(case: Case) -> tuple[str, str, str]:
    """State, who moves next and by when (Japan time), as the applicant's JSON says."""
    status = case.person.status(case.id)
    by = status["promised_by"]
    return status["state"], status["next_actor"], _clock(by) if by else ""


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(TOKYO).strftime("%m-%d %H:%M")


def subjects(case: Case) -> set[tuple[str, str]]:
    """Who was told what: (address, beginning of the subject)."""
    return {
        (to, re.split(r"[(\[/]", mail["subject"])[0].strip())
        for mail in case.all_mails()
        for to in mail["to"]
    }


def test_friday_evening_before_a_holiday_monday_waits_until_tuesday_nine(town: Town) -> None:
    """The demo's road: the mails as they come, the status at each moment, the photo's end."""
    town.at(FRIDAY_EVENING)
    student = town.newcomer()
    outside, own = str(student.person["mail"][0]), student.upn
    case = town.applies(student, contact_email="typed@elsewhere.example.org")
    assert _clock(case.taken["review_from"]) == "11-24 09:00"
    case.waits("held")
    eventually(lambda: len(case.all_mails()) == 3 or None, "three mails")
    asked = "An application was made for your account"
    assert subjects(case) == {
        (outside, asked), (own, asked), ("typed@elsewhere.example.org", "We have your application"),
    }  # fmt: skip
    assert next_step(case) == ("held", "clock", "11-24 13:00")
    for words in ("Waiting for opening hours", "Tue 24 Nov 2026, 9:00 JST", "Tue 24 Nov 2026, 13:00 JST"):
        assert words in case.page()

    town.at("2026-11-23T10:00:00+09:00")  # Labour Thanksgiving Day
    town.at("2026-11-24T08:59:57+09:00")
    assert case.seen()["state"] == "held"
    town.at(TUESDAY)
    case.waits("in_review")
    assert next_step(case) == ("in_review", "staff", "11-24 13:00")
    for number in range(3):
        case.review_link(number)

    case.decide("approve")
    case.waits("approved")
    assert next_step(case) == ("approved", "applicant", "12-01 17:00")
    assert "you: collect your pass" in case.page()
    case.opens_pickup()
    case.collects()
    assert next_step(case) == ("issued", "applicant", "11-24 10:00")
    town.registers(student)
    case.says_registered()
    case.waits("completed")
    assert next_step(case) == ("completed", "nobody", "")
    eventually(lambda: len(case.mails(own)) == 3 or None, "the last mail")
    pickup, made = (
        "You can collect your temporary access pass",
        "A temporary access pass was made for your account",
    )
    done = "A new verification method was registered"
    told = {(to, what) for to, what in subjects(case) if to in {outside, own}}
    assert told == {(outside, asked), (own, asked), (outside, pickup)} | {
        (to, what) for to in (outside, own) for what in (made, done)
    }
    _mails_are_discreet(case)
    _the_photo_goes_after_a_week(case)


def _mails_are_discreet(case: Case) -> None:
    for mail in case.all_mails():
        assert mail["text"].strip()
        assert mail["html"].lstrip().lower().startswith("<!doctype html")
        for body in (mail["text"], mail["html"]):
            assert case.code not in body
            assert case.person.person["password"] not in body
            assert "image/jpeg" not in body
            assert "<img" not in body
    typed = [mail for mail in case.mails("typed@elsewhere.example.org") if "key=" in mail["text"]]
    assert typed == []  # an address nobody confirmed gets no link with power


def _the_photo_goes_after_a_week(case: Case) -> None:
    stored = Stored(case.town.stack.settings.storage)
    before = stored.photos()
    case.town.at(A_WEEK_LATER)
    case.waits_for("photo_erased")

    assert len(before - stored.photos()) >= 1
    assert case.seen()["state"] == "completed"


def test_closing_time_divides_by_the_moment_of_arrival(town: Town) -> None:
    """Not by when the worker got to it: it is down meanwhile."""
    people = [town.newcomer() for _ in range(2)]
    photos = [town.card(each) for each in people]
    people[0].get("/apply")  # whatever loads late is loaded
    town.faults(worker={"stopped": True})
    town.at("2026-11-17T16:59:58+09:00")
    before = town.applies_with(people[0], photos[0])
    town.at("2026-11-17T17:00:00+09:00")
    at_closing = town.applies_with(people[1], photos[1])
    town.at("2026-11-17T17:05:00+09:00")
    town.calm()
    town.at("2026-11-17T17:06:00+09:00")

    assert _clock(before.person.status(before.id)["history"][0]["at"]) == "11-17 16:59"
    before.waits("in_review")
    at_closing.waits("held")


def test_a_closure_of_ten_days_with_the_worker_down_for_eight_loses_nothing(town: Town) -> None:
    town.at("2027-02-06T10:00:00+09:00")
    early = [town.applies() for _ in range(2)]
    for case in early:
        case.waits("held")
    town.faults(worker={"stopped": True})
    cases = list(early)
    for day in (7, 9, 11, 14):
        town.at(f"2027-02-{day:02}T15:00:00+09:00")
        student = town.newcomer()
        cases.append(town.applies(student))
        assert _clock(cases[-1].taken["review_from"]) == "02-16 09:00"
        assert student.status(cases[-1].id)["state"] == "submitted"
    town.calm()
    town.at("2027-02-14T15:02:00+09:00")
    for case in cases:
        case.waits("held")
        assert next_step(case) == ("held", "clock", "02-16 13:00")
    town.at("2027-02-16T08:59:55+09:00")
    assert {case.seen()["state"] for case in cases} == {"held"}
    town.at("2027-02-16T09:00:00+09:00")
    for case in cases:
        case.waits("in_review")
        case.review_link()
        assert case.events().count("submitted") == 1

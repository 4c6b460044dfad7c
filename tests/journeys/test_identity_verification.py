"""Identity verification: from the link made in good time to the pass at any hour, and everything that must be refused."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from local.card_holder import CardHolder
from local.visitor import eventually
from tests.journeys.town import Town, problem, words

IN_TIME = "2026-11-02T12:00:00+09:00"
"""A link made then is older than seven days on every date of these journeys."""
SUNDAY_NIGHT = "2026-11-22T02:30:00+09:00"
PROVIDER = "/protocol/openid-connect/"


@dataclass
class CardTown:
    """The town, and people with cards."""

    town: Town

    def newcomer(self, kind: str = "student", **wanted: str) -> CardHolder:
        """Somebody new in town with a card, who has signed in nowhere."""
        found = self.town.newcomer(kind, signed_in=False, **wanted)
        return CardHolder(found.app, found.person)

    def browser(self, person: CardHolder) -> CardHolder:
        """The same person at another browser."""
        return CardHolder(person.app, person.person)

    def linked(self, kind: str = "student", *, at: str = IN_TIME, **wanted: str) -> CardHolder:
        """Somebody who linked the card in time, at a new browser now."""
        now = self.town.cloud.now()
        person = self.newcomer(kind, **wanted)
        self.town.at(at)
        person.links()
        self.town.at(now)
        return self.browser(person)

    def verified(self, **wanted: str) -> CardHolder:
        """Somebody with a linked card who has verified it in this browser."""
        person = self.linked(**wanted)
        assert person.verifies().status_code == 200
        return person

    def mails(self, person: CardHolder) -> list[str]:
        """Subjects of the mails that the person can read, oldest first."""
        return [each["subject"] for each in self.town.cloud.mails(person.person["mail"][0])]

    def events(self, case: str) -> list[str]:
        """Everything that has happened in a case, by name."""
        answer = self.town.staff("operator").get(f"/staff/applications/{case}", json=True)
        answer.raise_for_status()
        return [each["event"] for each in answer.json()["history"]]

    def state(self, case: str) -> str:
        """The true state of a case; empty while it is only asked for."""
        answer = self.town.staff("operator").get(f"/staff/applications/{case}", json=True)
        return str(answer.json()["state"]) if answer.ok else ""

    def waits(self, case: str, state: str) -> None:
        """Wait until the case truly stands so."""
        eventually(lambda: self.state(case) == state or None, f"the state {state}")

    def reads(self, person: CardHolder) -> str:
        """Ask for the pass and read it on the screen."""
        answer = person.issues()
        assert answer.status_code == 202, answer.text
        code = person.reads_pass()
        self.town.codes.add(code)
        return code


@pytest.fixture
def cards(town: Town) -> CardTown:
    return CardTown(town)


def passes(cards: CardTown, person: CardHolder) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cards.town.graph(person)["passes"]
    return found


# --- the road -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["2026-11-17T10:00:00+09:00", SUNDAY_NIGHT])
def test_a_lost_phone_and_a_linked_card_by_day_and_by_night(cards: CardTown, moment: str) -> None:
    person = cards.linked()
    cards.town.at(moment)
    assert person.verifies().url.endswith("/verify")
    assert person.card_status()["linked"] is True

    accepted = person.issues()
    assert accepted.status_code == 202
    case = accepted.json()
    answer = person.pass_answer()
    code = person.unseal(answer.json()["sealed"])
    cards.town.codes.add(code)
    assert answer.json()["account"] == person.upn
    assert [each["value"] for each in passes(cards, person)] == [code]
    assert person.post("/verify/shown", json={}).status_code == 202
    problem(person.get("/verify/pass", json=True), 410)

    assert person.card_status()["application"]["state"] == "issued"
    cards.town.registers(person)
    assert person.post("/verify/registered", data={}).status_code == 202
    done = person.waits_card("completed")
    assert (done["id"], done["reference"]) == (case["id"], case["reference"])
    assert done["channel"] == "identity_verification"
    assert passes(cards, person) == []


def test_a_later_verification_resumes_the_open_application(cards: CardTown) -> None:
    person = cards.verified()
    first = person.issues().json()
    one = person.reads_pass()
    later = cards.browser(person)
    later.verifies()
    assert later.card_status()["application"]["id"] == first["id"]
    assert later.issues().json() == first
    two = later.reads_pass()

    cards.town.codes |= {one, two}
    assert one != two
    assert [each["value"] for each in passes(cards, person)] == [two]
    assert cards.events(first["id"]).count("pass_issued") == 2


def test_a_few_passes_a_day_are_enough(cards: CardTown) -> None:
    person = cards.verified()
    for _ in range(3):
        cards.reads(person)
    refused = problem(person.issues(), 409)

    assert refused["type"].endswith(":passes_today")
    assert refused["until"] > cards.town.cloud.now()
    assert "It can be had from Wed 18 Nov 2026" in refused["detail"]
    assert len(passes(cards, person)) == 1
    assert "Today's passes by card are used up" in words(person.get("/verify").text)
    cards.town.later(hours=25)
    again = cards.browser(person)
    again.verifies()
    cards.reads(again)


def test_a_young_link_cools_off_and_then_gives_the_pass_at_once(cards: CardTown) -> None:
    person = cards.newcomer()
    linked = person.links()
    assert linked["usable_from"].startswith("2026-11-24T01:00")
    person = cards.browser(person)
    person.verifies()
    page = words(person.get("/verify").text)
    assert "it gives a pass from Tue 24 Nov 2026, 10:00 JST" in page

    assert person.issues().status_code == 202
    cooling = problem(person.pass_answer(), 409)
    assert cooling["type"].endswith(":cooling_off")
    assert "from Tue 24 Nov 2026, 10:00 JST" in cooling["detail"]
    assert person.card_status()["application"]["state"] == "cooling_off"
    assert "The waiting time runs" in words(person.get("/verify").text)
    problem(person.issues(), 409)
    assert passes(cards, person) == []

    cards.town.at("2026-11-24T10:01:00+09:00")
    eventually(
        lambda: any("You can now use your My Number Card" in each for each in cards.mails(person)) or None,
        "the mail that the waiting time is over",
    )
    person.verifies()
    cards.reads(person)


def test_a_held_website_application_gives_way(cards: CardTown) -> None:
    person = cards.linked()
    cards.town.at("2026-11-20T19:00:00+09:00")
    person.sign_in("applicant").raise_for_status()
    held = person.apply(cards.town.card(person)).json()["id"]
    cards.waits(held, "held")
    person.verifies()
    assert "You have an open application (" in words(person.get("/verify").text)
    cards.reads(person)

    assert cards.state(held) == "cancelled"
    assert person.card_status()["application"]["state"] == "issued"


def test_a_guarded_account_is_looked_at_and_nobody_says_why(cards: CardTown) -> None:
    person = cards.linked("nested_admin")
    person.verifies()
    case = person.issues().json()["id"]
    refused = problem(person.pass_answer(), 409)

    assert refused["type"].endswith(":being_looked_at")
    assert cards.state(case) == "attention"
    assert person.card_status()["application"]["state"] == "in_review"
    page = words(person.get("/verify").text)
    assert "We are looking into it" in page
    assert "See all ways" in page
    for inside in ("administrator", "role", "guard", "protected", "group"):
        assert inside not in (page + refused["detail"]).casefold()
    assert passes(cards, person) == []


def test_while_somebody_says_that_it_was_not_them_nothing_is_given_out(cards: CardTown) -> None:
    person = cards.verified()
    case = person.issues().json()["id"]
    cards.waits(case, "issued")
    cards.town.faults(worker={"stopped": True})
    try:
        link = cards.town.cloud.wait_link(person.person["mail"][0], r"/not-me/")
        answer = CardHolder(person.app, {}).post(link, data={"choice": "not_mine"})
        assert answer.status_code == 202
        problem(person.get("/verify/pass", json=True), 410)
    finally:
        cards.town.calm()
    cards.town.later(minutes=4)  # the claimed attempt may have been under way until then
    cards.waits(case, "cancelled")
    assert passes(cards, person) == []
    assert "Your request was closed" in words(person.get("/verify").text)


# --- which browser --------------------------------------------------------------------------------------


def test_the_callback_counts_in_the_browser_that_started_and_once(cards: CardTown) -> None:
    person = cards.linked()
    address = person.answer_of_provider()
    other = cards.browser(person)
    stray = other.get(address)
    assert stray.status_code == 403
    assert "Please go back and start again" in words(stray.text)
    assert person.upn not in stray.text
    assert other.card_status()["state"] == "not_verified"

    assert person.get(address).url.endswith("/verify")
    before = person.card_status()
    twice = person.get(address)
    assert twice.status_code == 400
    assert "This verification was used already" in words(twice.text)
    assert person.card_status() == before


def test_a_callback_twice_where_nothing_was_kept_shows_nothing(cards: CardTown) -> None:
    person = cards.linked()
    address = person.answer_of_provider()
    person.get(address).raise_for_status()
    person.post("/verify/forget", data={}).raise_for_status()
    again = person.get(address)

    assert again.status_code == 403
    assert person.card_status()["state"] == "not_verified"


@pytest.mark.parametrize("state", ["", "altered", "%E3%81%82"])
def test_another_state_changes_nothing_and_the_right_one_still_counts(cards: CardTown, state: str) -> None:
    person = cards.linked()
    address = urlsplit(person.answer_of_provider())
    query = dict(parse_qsl(address.query))
    wrong = urlencode({name: value for name, value in query.items() if name != "state"})
    answer = person.get(f"/verify/callback?{wrong}&state={state}")

    assert answer.status_code == 403
    assert person.card_status()["state"] == "not_verified"
    assert person.get(address.geturl()).url.endswith("/verify")


def test_the_pass_goes_to_the_browser_that_verified_and_to_no_other(cards: CardTown) -> None:
    person = cards.verified()
    case = person.issues().json()["id"]
    cards.waits(case, "issued")
    other = cards.browser(person)
    problem(other.get("/verify/pass", json=True), 401)
    problem(other.issues(), 401)
    other.verifies()
    problem(other.get("/verify/pass", json=True), 409)  # it asked for nothing
    stranger = cards.verified()
    problem(stranger.get("/verify/pass", json=True), 409)
    password_only = cards.browser(person)
    password_only.sign_in("applicant").raise_for_status()
    problem(password_only.ask_for_pass(case), 403)

    assert person.pass_answer().status_code == 200


def test_forgetting_leaves_nothing_in_the_browser(cards: CardTown) -> None:
    person = cards.verified()
    assert person.post("/verify/forget", data={}).status_code == 200
    assert person.card_status()["state"] == "not_verified"
    problem(person.issues(), 401)

    person.verifies()
    person.post("/auth/sign-out", data={"kind": "applicant"})
    assert person.card_status()["state"] == "not_verified"


# --- what the provider says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("cancel", "The verification was cancelled"),
        ("card_unreadable", "The card could not be read"),
        ("certificate_expired", "electronic certificate is not valid"),
        ("certificate_revoked", "electronic certificate is not valid"),
        ("pin_locked", "The PIN is locked"),
    ],
)
def test_an_error_at_the_provider_is_told_kindly(cards: CardTown, outcome: str, said: str) -> None:
    person = cards.linked()
    answer = person.verifies(outcome=outcome)

    page = words(answer.text)
    assert answer.status_code == 400
    assert said in page
    assert "Start again" in page
    assert "See all ways" in page
    assert "Bad Request" not in page
    assert person.card_status()["state"] == "not_verified"
    assert person.verifies().url.endswith("/verify")


@pytest.mark.parametrize("wrong", ["none", "hs256", "iss", "aud", "nonce"])
def test_a_token_that_is_wrong_verifies_nobody(cards: CardTown, wrong: str) -> None:
    person = cards.linked()
    cards.town.faults(card={"bad_token": wrong})
    answer = person.verifies()

    assert answer.status_code == 403
    assert "We could not confirm the verification" in words(answer.text)
    assert person.card_status()["state"] == "not_verified"


def test_a_weaker_verification_than_was_asked_for_counts_for_nothing(cards: CardTown) -> None:
    person = cards.linked()
    cards.town.faults(card={"acr": "aal2"})

    assert person.verifies().status_code == 403
    assert person.card_status()["state"] == "not_verified"


def test_when_the_provider_is_down_the_other_ways_are_named(cards: CardTown) -> None:
    person = cards.linked()
    address = person.answer_of_provider()
    cards.town.faults(card={"status": 500, "operation": "POST token"})
    answer = person.get(address)
    page = words(answer.text)

    assert answer.status_code == 503
    assert "does not work at the moment" in page
    assert "See all ways" in page
    cards.town.calm()
    assert person.card_status()["state"] == "not_verified"
    assert person.verifies().url.endswith("/verify")


# --- linking --------------------------------------------------------------------------------------------


def test_linking_asks_for_mfa_and_the_card_and_tells_every_address(cards: CardTown) -> None:
    person = cards.newcomer()
    door = person.get("/verify/link", allow_redirects=False)
    assert door.status_code == 303
    assert door.headers["Location"].startswith("/auth/sign-in?as_role=linker")
    problem(person.post("/verify/link", data={}), 401)
    person.sign_in("linker", "/verify/link").raise_for_status()
    assert person.link_status()["state"] == "signed_in"
    problem(person.post("/verify/link", data={}), 401)
    person.verifies("link")
    assert person.link_status()["state"] == "ready"
    page = words(person.get("/verify/link").text)
    assert person.upn in page
    assert "Link your UTokyo Account and linked ID as described above" in page
    assert person.link_status()["linked"] is False

    assert person.post("/verify/link", data={}).status_code == 202
    found = person.waits_link("linked")
    assert found["linked"] is True
    assert found["usable_from"].startswith("2026-11-24T01:00")
    assert "are linked" in words(person.get("/verify/link").text)
    eventually(lambda: cards.mails(person) or None, "a mail about the link")
    assert person.post("/verify/link", data={}).status_code == 202  # pressed twice


def test_who_has_lost_every_method_cannot_link(cards: CardTown) -> None:
    person = cards.newcomer(methods="E")
    person.sign_in("linker", "/verify/link")

    assert person.get("/verify/link", json=True).status_code == 401


def test_a_stale_sign_in_links_nothing(cards: CardTown) -> None:
    person = cards.newcomer()
    cards.town.faults(entra={"stale_minutes": 11})
    answer = person.sign_in("linker", "/verify/link")

    assert answer.status_code == 403
    assert "Please sign in once more" in words(answer.text)
    assert person.get("/verify/link", json=True).status_code == 401


@pytest.mark.parametrize("wanted", ["/", "/apply", "/verify", "/staff"])
def test_a_fresh_sign_in_is_for_linking_only(cards: CardTown, wanted: str) -> None:
    person = cards.newcomer()
    assert person.get(f"/auth/sign-in?as_role=linker&next={wanted}").status_code == 400


def test_a_card_that_was_verified_before_the_sign_in_is_not_linked_to_it(cards: CardTown) -> None:
    """Somebody else's verification may lie in a shared browser: it must not be linked to my account."""
    victim = cards.newcomer()
    attacker = cards.newcomer()
    victim.verifies(card_of=attacker.upn)
    victim.sign_in("linker", "/verify/link").raise_for_status()

    assert victim.link_status()["state"] == "signed_in"
    problem(victim.post("/verify/link", data={}), 401)


def test_one_card_for_one_account(cards: CardTown) -> None:
    owner = cards.newcomer()
    owner.links()
    other = cards.newcomer()
    other.sign_in("linker", "/verify/link").raise_for_status()
    other.verifies("link", card_of=owner.upn)
    assert other.link_status()["state"] == "card_linked"
    page = words(other.get("/verify/link").text)
    assert "This card is linked to another account already" in page
    assert owner.upn not in page
    assert problem(other.post("/verify/link", data={}), 409)["type"].endswith(":card_linked")

    again = cards.browser(owner)
    again.sign_in("linker", "/verify/link").raise_for_status()
    again.verifies("link", card_of=cards.newcomer().upn)
    assert again.link_status()["state"] == "account_linked"
    assert "This account is linked to another card already" in words(again.get("/verify/link").text)
    assert problem(again.post("/verify/link", data={}), 409)["type"].endswith(":account_linked")


def test_a_card_without_a_link_gives_nothing_and_the_other_ways_are_named(cards: CardTown) -> None:
    person = cards.newcomer()
    person.verifies()
    page = words(person.get("/verify").text)

    assert person.card_status()["linked"] is False
    assert "This card is not linked to an account" in page
    assert "See all ways" in page
    assert problem(person.issues(), 409)["type"].endswith(":not_linked")


def test_a_link_is_removed_by_the_card_alone(cards: CardTown) -> None:
    person = cards.verified()
    assert person.post("/verify/unlink", data={"by": "card"}).status_code == 202
    eventually(lambda: person.card_status()["linked"] is False or None, "the link to go")

    assert "The link was removed" in words(person.get("/verify").text)
    assert problem(person.issues(), 409)["type"].endswith(":not_linked")
    assert problem(person.post("/verify/unlink", data={"by": "card"}), 409)["type"].endswith(":not_linked")


def test_a_link_is_removed_by_a_fresh_sign_in_alone_and_made_anew(cards: CardTown) -> None:
    person = cards.linked()
    problem(person.post("/verify/unlink", data={"by": "sign_in"}), 401)
    person.sign_in("linker", "/verify/link").raise_for_status()
    assert person.link_status()["state"] == "linked"
    assert person.post("/verify/unlink", data={"by": "sign_in"}).status_code == 202
    person.waits_link("unlinked")

    person.verifies("link")
    assert person.post("/verify/link", data={}).status_code == 202
    assert person.waits_link("linked")["linked"] is True


def test_a_page_asks_whether_the_link_shall_go(cards: CardTown) -> None:
    person = cards.verified()
    headers = {"Origin": person.app, "Accept": "text/html"}
    answer = person.http.post(f"{person.app}/verify/unlink", data={"by": "card"}, headers=headers, timeout=60)

    assert answer.status_code == 400
    assert person.card_status()["linked"] is True


# --- the doors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"item": "pass"},
        {"item": "pass", "public_key": "x"},
        {"item": "password", "public_key": "x"},
        {"item": ["pass"], "public_key": "x"},
        {"item": "pass", "public_key": 5},
    ],
)
def test_what_is_sent_to_be_issued_is_checked(cards: CardTown, body: dict[str, object]) -> None:
    person = cards.verified()

    problem(person.post("/verify/issue", json=body), 400)
    assert person.card_status()["application"] is None


def test_only_our_own_pages_may_post(cards: CardTown) -> None:
    person = cards.verified()
    for path in ("issue", "shown", "registered", "forget", "link", "unlink"):
        answer = requests.post(
            f"{person.app}/verify/{path}",
            json={},
            headers={"Origin": "https://evil.example", "Accept": "application/json"},
            cookies=person.http.cookies,
            timeout=60,
        )
        problem(answer, 403)
    assert person.card_status()["linked"] is True


def test_looking_changes_nothing(cards: CardTown) -> None:
    person = cards.verified()
    before = person.card_status()
    for path in ("/verify", "/verify/issue", "/verify/link", "/verify/start?next=verify"):
        person.get(path, allow_redirects=False)
        person.http.head(f"{person.app}{path}", allow_redirects=False, timeout=60)

    assert person.card_status() == before
    assert passes(cards, person) == []


def test_no_token_of_the_card_is_left_in_a_case_or_a_log_of_ours(cards: CardTown) -> None:
    person = cards.verified()
    cards.reads(person)
    said = cards.town.stack.said()

    assert "eyJ" not in said
    assert person.person["name"] not in said

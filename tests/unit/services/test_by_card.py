"""The card's way to a pass: who the card says it is, each time anew; day and night, few times a day, never unnoticed."""

from datetime import timedelta

import pytest

from shared.domain.card import LinkDeed
from shared.domain.kinds import Attention, CardBar, Channel, Closing, DecisionKind
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from shared.services.look_at import look_at
from tests.unit import cards, people
from tests.unit.observed import Fault
from tests.unit.reaching import not_me, operate, reach
from tests.unit.university import FRIDAY_EVENING, rules_of
from tests.unit.world import World

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


async def _approved(world: World | None = None) -> tuple[World, str]:
    made = world or World(FRIDAY_EVENING)
    await cards.has_link(made)
    name = await cards.verify(made)
    await made.run()
    assert made.case(name).state is State.APPROVED
    return made, name


async def _cooling(age: timedelta = 6 * _DAY) -> tuple[World, str]:
    world = World()
    await cards.has_link(world, age=age)
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).state is State.COOLING_OFF
    return world, name


async def _by_hand(world: World, request: Request) -> None:
    """What a door of ours would not send."""
    await world.storage.inbox.put(request)
    await world.storage.hints.send("issuance", request.application)
    await world.run()


# --- a linked card ------------------------------------------------------------------------------------


async def test_a_linked_card_gives_a_pass_at_night_and_the_owner_is_told_of_its_use() -> None:
    world, name = await _approved()
    case = world.case(name)
    assert (case.subject, case.channel, case.vouched) == (world.student, Channel.IDENTITY_VERIFICATION, True)
    assert world.subjects(people.OUTSIDE) == world.subjects(people.OWN_MAILBOX) == ["owner_notice"]
    code = await cards.obtain(world, name)
    account = world.graph.account(world.student)
    assert [each.code for each in account.passes_made] == [code]
    assert account.revocations == 1
    world.register()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED
    assert world.subjects(people.OUTSIDE) == ["owner_notice", "pass_issued", "completed"]
    assert not any(world.subjects(each) for each in people.REVIEWERS)
    assert world.events(name)[:6] == [
        "submitted",
        "card_verified",
        "approved",
        "pass_requested",
        "pass_issued",
        "pass_shown",
    ]


async def test_the_pass_may_be_asked_for_together_with_the_application() -> None:
    """The page asks for both at once; one look does it all."""
    world = World(FRIDAY_EVENING)
    await cards.has_link(world)
    name = cards.verification(1)
    body = {"public_key": "key of session-1", "session": "session-1", "verification": name}
    await cards.verify(world)
    proof = cards.token(world, name)
    await _by_hand(world, Request(name, RequestKind.PICKUP, 1, world.clock.now(), body, proof))
    assert world.case(name).state is State.ISSUED
    assert await cards.collect(world, name)


async def test_no_pickup_link_is_ever_mailed() -> None:
    world, name = await _approved()
    await cards.obtain(world, name)
    assert not [each for each in world.mailer.sent if "action=pickup" in each.text]
    assert world.snapshot(name).mails
    assert "pickup" not in {each.kind.value for each in world.snapshot(name).mails}


async def test_a_later_verification_resumes_the_open_application() -> None:
    world, name = await _approved()
    first = await cards.obtain(world, name)
    await world.move(timedelta(hours=2))
    assert world.case(name).state is State.APPROVED  # the pass ran out
    second = await cards.obtain(world, name, 2)
    assert second != first
    assert world.storage.applications.ids() == [name]


async def test_a_pass_that_was_shown_can_be_asked_for_again_with_new_evidence() -> None:
    world, name = await _approved()
    await cards.obtain(world, name)
    await cards.press_issue(world, name, 2, session="session-2")
    await world.run()
    assert await cards.collect(world, name, "session-2")
    assert len(world.graph.account(world.student).passes_made) == 2


async def test_a_second_application_by_card_is_a_duplicate() -> None:
    world, name = await _approved()
    other = await cards.verify(world, 2)
    await world.run()
    assert (world.case(other).stop_as, world.case(other).duplicate_of) == (Closing.DUPLICATE, name)
    assert world.case(name).state is State.APPROVED


# --- what the card does not prove ---------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["other_verification", "unknown", "old", "early"])
async def test_a_token_that_does_not_verify_ends_the_case_and_nobody_is_told(wrong: str) -> None:
    world = World()
    await cards.has_link(world)
    own = cards.verification(1)
    evidence = {
        "other_verification": cards.token(world, cards.verification(2)),
        "unknown": "made-up",
        "old": world.card_tokens.make(cards.CARD, verification=own, at=cards.REAL - timedelta(minutes=11)),
        "early": world.card_tokens.make(cards.CARD, verification=own, at=cards.REAL + timedelta(minutes=2)),
    }[wrong]
    name = await cards.verify(world, evidence=evidence)
    await world.run()
    case = world.case(name)
    assert (case.state, case.stop_as, case.card_bar) == (
        State.CANCELLED,
        Closing.REFUSED,
        CardBar.NOT_VERIFIED,
    )
    assert case.subject == ""
    assert world.mailer.sent == []
    assert world.events(name) == ["submitted", "card_refused"]
    assert await world.storage.locks.read(world.student) is None


async def test_a_card_that_is_linked_to_no_account_ends_the_case_and_nobody_is_told() -> None:
    world = World()
    await cards.has_link(world)
    name = await cards.verify(world, card=cards.OTHER_CARD)
    await world.run()
    assert (world.case(name).card_bar, world.case(name).stop_as) == (CardBar.NOT_LINKED, Closing.REFUSED)
    assert world.mailer.sent == []


async def test_what_the_row_says_of_the_account_is_not_believed() -> None:
    world = World()
    await cards.has_link(world)
    world.graph.add(people.account("taro"))
    name = cards.verification(1)
    body = {"channel": "identity_verification", "language": "ja", "reason": "lost", "subject": "taro"}
    proof = cards.token(world, name)
    await _by_hand(world, Request(name, RequestKind.SUBMIT, 0, world.clock.now(), body, proof))
    assert world.case(name).subject == world.student


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("none", "not_verified"),
        ("other_verification", "not_verified"),
        ("other_account", "other_card"),
        ("not_linked", "not_linked"),
    ],
)
async def test_each_pickup_needs_evidence_of_its_own_for_the_same_account(wrong: str, why: str) -> None:
    world, name = await _approved()
    world.graph.add(people.account("taro"))
    await cards.has_link(world, subject="taro", card=cards.OTHER_CARD)
    card, evidence, number = cards.CARD, None, 2
    match wrong:
        case "none":
            evidence, number = "", 0
        case "other_verification":
            evidence = cards.token(world, cards.verification(3))
        case "other_account":
            card = cards.OTHER_CARD
        case _:
            card = "hash-of-a-card-that-nobody-linked"
    await cards.press_issue(world, name, number, card=card, evidence=evidence)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.graph.account(world.student).passes_made == []
    assert world.graph.account("taro").passes_made == []
    assert world.events(name)[-1] == "card_refused"
    assert world.snapshot(name).events[-1].detail == {"why": why}
    assert len(world.storage.inbox) == 0
    assert await cards.obtain(world, name, 4)  # and the person themself is not shut out by it


async def test_a_mailed_link_of_another_way_in_is_no_evidence_here() -> None:
    """A pickup row without a token, as the website's page makes it."""
    world, name = await _approved()
    body = {"public_key": "key of session-1", "session": "session-1"}
    await _by_hand(world, Request(name, RequestKind.PICKUP, 1, world.clock.now(), body))
    assert world.case(name).state is State.APPROVED
    assert world.graph.account(world.student).passes_made == []


async def test_a_pass_of_another_way_in_needs_no_card() -> None:
    world, name = await reach(State.APPROVED)
    assert await world.pickup(name)
    assert not [each for each in world.seen.calls if each[0] in {"card_tokens", "card_links"}]


async def test_once_the_link_is_gone_the_card_gives_no_more_passes() -> None:
    world, name = await _approved()
    await cards.ask_to_unlink(world, 2, by="account")
    await world.run()
    await cards.press_issue(world, name, 3)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.graph.account(world.student).passes_made == []


async def test_a_link_that_goes_while_the_application_waits_ends_it() -> None:
    world = World()
    link = await cards.has_link(world)
    world.seen.faults.append(Fault("directory", "facts", UnavailableError("Graph is down")))
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).state is State.SUBMITTED
    world.seen.faults.clear()
    found = await world.storage.card_links.by_card(link.card)
    assert found is not None
    await world.storage.card_links.unlink(found, verification=cards.verification(9), at=world.clock.now())
    await world.move(_MINUTE)
    assert (world.case(name).state, world.case(name).card_bar) == (State.CANCELLED, CardBar.NOT_LINKED)


# --- guards -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("guard", [each for each in people.REFUSED_ACCOUNTS if each != "address_on_file"])
async def test_a_card_does_not_make_an_account_eligible(guard: str) -> None:
    world = World()
    await cards.has_link(world)
    facts = people.REFUSED_ACCOUNTS[guard]
    if facts is None:
        del world.graph.accounts[world.student]
    else:
        world.graph.account(world.student).facts = facts
    name = await cards.verify(world)
    await world.run()
    assert (world.case(name).state, world.case(name).attention) == (State.ATTENTION, Attention.GUARD)
    assert [each.guard.value for each in world.case(name).guards if not each.passed] == [guard]
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    told = [] if facts is None else ["owner_notice"]
    address = facts.addresses[0].value if facts else people.OUTSIDE
    assert world.subjects(address) == told


async def test_while_passes_are_frozen_a_card_gives_none() -> None:
    world = World()
    await cards.has_link(world)
    await world.storage.switches.freeze(frozen=True)
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.graph.account(world.student).passes_made == []


async def test_guards_are_asked_again_at_the_pickup() -> None:
    world, name = await _approved()
    world.graph.account(world.student).facts = people.account(
        "hanako", directory_roles=frozenset({"role-1"}), addresses=people.STUDENT.addresses
    )
    await cards.press_issue(world, name)
    await world.run()
    assert world.case(name).state is State.ATTENTION
    assert world.graph.account(world.student).passes_made == []


async def test_a_parked_case_that_runs_again_verifies_card_and_link_again() -> None:
    world = World()
    await cards.has_link(world)
    world.bar_account()
    name = await cards.verify(world)
    await world.run()
    world.clear_account()
    before = world.seen.calls.count(("card_tokens", "verify"))
    await operate(world, name, "run again")
    assert world.case(name).state is State.APPROVED
    assert world.seen.calls.count(("card_tokens", "verify")) == before + 1
    assert await cards.obtain(world, name, 2)


async def test_a_parked_case_whose_link_went_meanwhile_ends_when_it_runs_again() -> None:
    world = World()
    await cards.has_link(world)
    world.bar_account()
    name = await cards.verify(world)
    await world.run()
    await cards.ask_to_unlink(world, 2)
    await world.run()
    world.clear_account()
    await operate(world, name, "run again")
    assert (world.case(name).state, world.case(name).card_bar) == (State.CANCELLED, CardBar.NOT_LINKED)


# --- a young link -------------------------------------------------------------------------------------


async def test_a_young_link_cools_off_first_and_then_the_card_is_verified_again() -> None:
    world, name = await _cooling()
    ripe = world.clock.now() + _DAY
    assert world.case(name).promised_by == ripe
    assert world.subjects(people.OUTSIDE) == ["owner_notice", "cooling_off"]
    await world.move(ripe - timedelta(seconds=1))
    assert world.case(name).state is State.COOLING_OFF
    await world.move(ripe)
    assert world.case(name).state is State.APPROVED
    assert world.subjects(people.OUTSIDE) == ["owner_notice", "cooling_off", "verify_again"]
    assert await cards.obtain(world, name, 2)
    assert not [each for each in world.mailer.sent if "action=pickup" in each.text]


async def test_the_delay_is_the_link_s_own_age_and_not_a_day_more() -> None:
    """Its owner was told when it was made; the notice of its use does not begin another delay."""
    world, name = await _cooling(age=7 * _DAY - timedelta(hours=1))
    await world.move(timedelta(hours=1))
    assert world.case(name).state is State.APPROVED


async def test_the_delay_ends_in_time_even_if_no_mail_could_be_sent() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    await cards.has_link(world, age=6 * _DAY)
    name = await cards.verify(world)
    await world.move(_DAY)
    assert world.case(name).state is State.APPROVED


async def test_a_pass_cannot_be_asked_for_during_the_delay_and_can_be_after_it() -> None:
    world, name = await _cooling()
    await cards.press_issue(world, name, 2)
    await world.run()
    assert world.case(name).state is State.COOLING_OFF
    assert world.graph.account(world.student).passes_made == []
    await world.move(_DAY)
    assert await cards.obtain(world, name, 3)


async def test_the_owner_stops_it_during_the_delay() -> None:
    world, name = await _cooling()
    await not_me(world, name)
    await world.move(2 * _DAY)
    case = world.case(name)
    assert (case.state, case.stop_as) == (State.CANCELLED, Closing.NOT_ME)
    assert world.graph.account(world.student).revocations == 1
    assert world.graph.account(world.student).passes_made == []


async def test_how_old_a_link_is_the_worker_says_and_not_the_web() -> None:
    """A request that claims to be of last month makes a link of today."""
    world = World()
    name = cards.verification(1)
    sign_in = world.sign_ins.make(world.student, at=cards.REAL)
    body = {"sign_in": sign_in, "language": "ja"}
    long_ago = world.clock.now() - cards.LONG_AGO
    await _by_hand(world, Request(name, RequestKind.LINK, 0, long_ago, body, cards.token(world, name)))
    link = await world.storage.card_links.by_account(world.student)
    assert link is not None
    assert link.linked_at == world.clock.now()


# --- how often ----------------------------------------------------------------------------------------


async def test_an_account_gets_a_few_passes_by_card_a_day_and_the_case_stays_open() -> None:
    world, name = await _approved(World(FRIDAY_EVENING, rules_of(card_passes_per_day=2)))
    for number in (1, 2):
        assert await cards.obtain(world, name, number)
    await cards.press_issue(world, name, 3, session="session-3")
    await world.run()
    assert len(world.graph.account(world.student).passes_made) == 2
    assert world.events(name)[-1] == "pass_not_issued"
    assert not world.case(name).terminal
    assert len(world.storage.inbox) == 0
    await world.move(_DAY)
    assert await cards.obtain(world, name, 4)


async def test_the_few_passes_of_a_day_are_counted_over_all_cases_of_the_account() -> None:
    world, name = await _approved(World(FRIDAY_EVENING, rules_of(card_passes_per_day=1)))
    assert await cards.obtain(world, name)
    world.register()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED
    again = await cards.verify(world, 2)
    await world.run()
    assert world.case(again).state is State.APPROVED
    await cards.press_issue(world, again, 3)
    await world.run()
    assert len(world.graph.account(world.student).passes_made) == 1
    await world.move(_DAY)
    assert await cards.obtain(world, again, 4)


async def test_passes_of_other_ways_in_do_not_count() -> None:
    world = World(rules=rules_of(card_passes_per_day=1))
    world, website = await reach(State.COMPLETED, world)
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    assert await cards.obtain(world, name)
    assert world.case(website).state is State.COMPLETED


# --- beside other ways in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        State.HELD,
        State.IN_REVIEW,
        State.RETURNED,
        State.COOLING_OFF,
        State.APPROVED,
        State.ISSUED,
        State.ATTENTION,
    ],
)
async def test_an_open_application_by_the_website_gives_way_to_the_card(state: State) -> None:
    world, website = await reach(state)
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.until(lambda: world.case(name).state is State.APPROVED, timedelta(minutes=5))
    assert world.case(website).state is State.CANCELLED
    assert (world.case(website).stop_as, world.case(website).duplicate_of) == (Closing.SUPERSEDED, name)
    assert world.live_pass == ""
    assert await cards.obtain(world, name, 2)


async def test_a_pass_asked_for_while_the_other_case_is_still_ending_is_made_afterwards() -> None:
    world, website = await reach(State.ISSUED)
    world.seen.faults.append(Fault("passes", "listed", UnavailableError("Graph is down")))
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).state is State.SUBMITTED
    await cards.press_issue(world, name)
    await world.run()
    assert world.case(website).state is State.STOPPING
    world.seen.faults.clear()
    await world.until(lambda: world.case(name).state is State.ISSUED, timedelta(minutes=20))
    assert world.case(website).state is State.CANCELLED


async def test_the_card_s_case_does_not_give_way_to_a_weaker_one() -> None:
    world = World()
    await cards.has_link(world)
    website = await world.apply()
    name = await cards.verify(world)
    await look_at(name, world.worker)
    await world.run()
    assert world.case(website).stop_as is Closing.DUPLICATE
    assert world.case(name).state is State.APPROVED


async def test_a_refused_application_does_not_block_the_card() -> None:
    world, website = await reach(State.IN_REVIEW)
    await world.decide(DecisionKind.REJECT)
    await world.run()
    assert world.case(website).state is State.REJECTED
    world, name = await _approved(world)
    assert await cards.obtain(world, name)


# --- outside is away ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("card_tokens", "verify"),
        ("card_links", "by_card"),
        ("locks", "read"),
        ("directory", "facts"),
        ("applications", "read"),
    ],
)
@pytest.mark.parametrize("error", [UnavailableError, UnknownOutcomeError])
async def test_what_cannot_be_asked_now_is_neither_believed_nor_refused(
    port: str, method: str, error: type[Exception]
) -> None:
    world = World(FRIDAY_EVENING)
    await cards.has_link(world)
    world.seen.faults.append(Fault(port, method, error("down"), times=3))
    name = await cards.verify(world)
    await world.run()
    await world.until(
        lambda: (
            world.storage.applications.peek(name) is not None and world.case(name).state is State.APPROVED
        ),
        timedelta(minutes=10),
    )
    world.seen.faults.append(Fault(port, method, error("down"), times=2))
    assert await cards.obtain(world, name)


async def test_keys_that_cannot_be_read_for_an_hour_are_told_of() -> None:
    world = World()
    await cards.has_link(world)
    world.seen.faults.append(Fault("card_tokens", "verify", UnavailableError("keys cannot be read")))
    name = await cards.verify(world)
    await world.move(timedelta(minutes=62))
    assert world.case(name).state is State.SUBMITTED
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    world.seen.faults.clear()
    await world.move(_MINUTE)
    assert world.case(name).state is State.APPROVED


async def test_a_link_and_an_application_of_one_verification_are_both_done() -> None:
    """Whoever has just linked may go on to the reset with the same verification: it cools off."""
    world = World()
    await cards.ask_to_link(world, 1)
    name = await cards.verify(world, 1)
    await world.run()
    assert world.case(name).state is State.COOLING_OFF
    assert await world.storage.card_links.record(name, LinkDeed.LINKED) is not None

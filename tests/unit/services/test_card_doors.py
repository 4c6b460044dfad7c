"""What the doors of identity verification accept, refuse and show, seen from the web's side: it asks and moves nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.kinds import Channel, Language
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.services import collect_pass, link_card, verify_card
from shared.services.ask import ask
from shared.services.collect_pass import Pending, Sealed
from shared.services.count_passes import LIMIT_SPAN, limit_until
from shared.services.link_card import Linker, LinkState
from shared.services.refusals import Refusal, RefusedError
from shared.services.verify_card import CardHolder, Item
from tests.unit import people
from tests.unit.cards import CARD, NAME, OTHER_CARD, REAL, has_link, token, verification
from tests.unit.observed import Fault
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World


def holder(world: World, number: int = 1, *, card: str = CARD, **differs: object) -> CardHolder:
    """Somebody who verified a card in this browser."""
    name = verification(number)
    session = str(differs.pop("session", f"session-{number}"))
    found = CardHolder(name, card, NAME, token(world, name, card), session, counts=True)
    return replace(found, **differs)  # type: ignore[arg-type]  # fields of the holder


def linker(world: World, subject: str = "", **differs: object) -> Linker:
    """Somebody who signed in with MFA a moment ago."""
    oid = subject or world.student
    found = Linker(oid, f"{oid}@u.example", oid, world.sign_ins.make(oid, at=REAL), request="e" * 32)
    return replace(found, **differs)  # type: ignore[arg-type]  # fields of the linker


async def press(world: World, who: CardHolder) -> CardHolder:
    """The person presses "Issue a password"; what their cookie holds then."""
    asked = await verify_card.issue(Item.PASS, who, f"key of {who.session}", Language.JA, world.web)
    return replace(who, application=asked.id)


async def read(world: World, who: CardHolder) -> str:
    """The person presses, the worker works, the page decrypts and shows."""
    asked = await press(world, who)
    await world.run()
    got, _ = await verify_card.collect(asked, world.web)
    assert isinstance(got, Sealed)
    await verify_card.confirm_shown(asked, world.web)
    await world.tick()
    return got.sealed.removeprefix(f"sealed for key of {who.session}: ")


async def refusal_of(world: World, who: CardHolder) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        await press(world, who)
    return caught.value


async def no_pass(world: World, who: CardHolder) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        await verify_card.collect(who, world.web)
    return caught.value


# --- a pass at once -------------------------------------------------------------------------------------


async def test_one_press_puts_the_application_and_the_pickup_into_the_inbox_with_their_evidence() -> None:
    world = World()
    await has_link(world)
    who = await press(world, holder(world))
    rows = {each.kind: each for each in await world.storage.inbox.waiting(who.application)}
    submit, pickup = rows[RequestKind.SUBMIT], rows[RequestKind.PICKUP]

    assert (submit.kind, submit.slot, submit.evidence) == (RequestKind.SUBMIT, 0, who.token)
    assert submit.body["channel"] == Channel.IDENTITY_VERIFICATION.value
    assert "subject" not in submit.body
    assert (pickup.kind, pickup.slot, pickup.evidence) == (RequestKind.PICKUP, 1, who.token)
    assert pickup.body["verification"] == who.application == who.verification
    assert world.storage.applications.ids() == []


async def test_by_night_too_the_pass_is_there_at_once_with_the_account_s_name() -> None:
    world = World(FRIDAY_EVENING)
    await has_link(world)
    who = await press(world, holder(world))
    pending, unknown = await verify_card.collect(who, world.web)
    await world.run()
    got, account = await verify_card.collect(who, world.web)

    assert (isinstance(pending, Pending), unknown) == (True, "")
    assert isinstance(got, Sealed)
    assert account == people.STUDENT.upn
    assert world.case(who.application).state is State.ISSUED


async def test_a_press_twice_is_one_application_and_one_pass() -> None:
    world = World()
    await has_link(world)
    first, second = await press(world, holder(world)), await press(world, holder(world))
    await world.run()

    assert first.application == second.application
    assert world.events(first.application).count("pass_issued") == 1


async def test_a_later_verification_resumes_the_open_application() -> None:
    world = World()
    await has_link(world)
    await read(world, holder(world))
    later = await press(world, holder(world, 2))
    await world.run()

    assert later.application == verification(1)
    assert world.storage.applications.ids() == [verification(1)]
    assert world.events(later.application).count("pass_issued") == 2


async def test_a_verification_that_made_an_application_which_is_over_begins_no_other() -> None:
    world = World()
    await has_link(world)
    await read(world, holder(world))
    world.register()
    await world.move(timedelta(minutes=10))
    assert world.case(verification(1)).state is State.COMPLETED

    assert (await refusal_of(world, holder(world))).refusal is Refusal.VERIFY_AGAIN
    assert await read(world, holder(world, 2))


async def test_storage_that_fails_between_the_two_rows_leaves_an_application_that_goes_on() -> None:
    world = World()
    await has_link(world)
    world.seen.faults.append(Fault("inbox", "put", UnavailableError("down"), skip=1))
    with pytest.raises(UnavailableError):
        await press(world, holder(world))
    world.seen.faults.clear()
    await world.move(timedelta(minutes=1))
    assert world.case(verification(1)).state is State.APPROVED
    assert await read(world, holder(world))


# --- no pass --------------------------------------------------------------------------------------------


async def test_without_a_link_nothing_is_asked_for() -> None:
    world = World()
    await has_link(world, card=OTHER_CARD)

    assert (await refusal_of(world, holder(world))).refusal is Refusal.NOT_LINKED
    assert len(world.storage.inbox) == 0


async def test_an_old_verification_and_a_key_that_is_none_are_refused() -> None:
    world = World()
    await has_link(world)
    assert (await refusal_of(world, holder(world, counts=False))).refusal is Refusal.VERIFY_AGAIN
    with pytest.raises(RefusedError) as caught:
        await verify_card.issue(Item.PASS, holder(world), "", Language.JA, world.web)
    assert caught.value.refusal is Refusal.BAD_REQUEST
    assert len(world.storage.inbox) == 0


async def test_a_young_link_asks_for_no_pass_and_says_from_when() -> None:
    world = World()
    link = await has_link(world, age=timedelta(days=1))
    who = await press(world, holder(world))
    assert [each.kind for each in await world.storage.inbox.waiting(who.application)] == [RequestKind.SUBMIT]
    await world.run()
    refused = await no_pass(world, who)

    ripe = link.linked_at + world.rules.link_cooling
    assert (refused.refusal, refused.until) == (Refusal.COOLING_OFF, ripe)
    again = await refusal_of(world, holder(world, 2))
    assert (again.refusal, again.until) == (Refusal.COOLING_OFF, ripe)
    await world.move(ripe)
    assert await read(world, holder(world, 3))


async def test_a_guarded_account_is_being_looked_at() -> None:
    world = World()
    await has_link(world)
    world.graph.add(replace(people.STUDENT, enabled=False))
    who = await press(world, holder(world))
    await world.run()

    assert world.case(who.application).state is State.ATTENTION
    assert (await no_pass(world, who)).refusal is Refusal.BEING_LOOKED_AT
    assert (await refusal_of(world, holder(world, 2))).refusal is Refusal.BEING_LOOKED_AT


async def test_the_few_passes_of_a_day_are_counted_over_all_cases() -> None:
    world = World()
    await has_link(world)
    most = world.rules.card_passes_per_day
    first = world.clock.now()
    for number in range(1, most):
        await read(world, holder(world, number))
        await world.move(timedelta(minutes=1))
    world.register()
    await world.move(timedelta(minutes=30))
    assert world.case(verification(1)).state is State.COMPLETED
    await read(world, holder(world, most))
    refused = await refusal_of(world, holder(world, most + 1))

    assert refused.refusal is Refusal.PASSES_TODAY
    assert refused.until == await limit_until(world.student, world.web)
    assert refused.until is not None
    assert first + LIMIT_SPAN <= refused.until <= first + LIMIT_SPAN + timedelta(minutes=1)
    desk = await verify_card.show_card(holder(world, most + 1), world.web)
    assert desk.pass_from == refused.until
    await world.move(refused.until)
    assert await limit_until(world.student, world.web) is None


@pytest.mark.parametrize("made", [False, True])
async def test_nothing_is_given_out_while_a_stop_is_unanswered(made: bool) -> None:  # noqa: FBT001
    world = World()
    await has_link(world)
    who = await press(world, holder(world))
    if made:
        await world.run()
    await ask(who.application, RequestKind.NOT_ME, 0, world.web)

    assert (await no_pass(world, who)).refusal is Refusal.GONE
    assert (await no_pass(world, who)).link == "/verify"


async def test_a_token_that_the_worker_does_not_believe_asks_for_another_verification() -> None:
    world = World()
    await has_link(world)
    who = await press(world, holder(world, token="forged"))
    await world.run()

    assert world.case(who.application).state is State.CANCELLED
    assert (await no_pass(world, who)).refusal is Refusal.VERIFY_AGAIN


async def test_a_link_removed_meanwhile_is_told() -> None:
    world = World()
    await has_link(world)
    who = await press(world, holder(world))
    link = await world.storage.card_links.by_card(CARD)
    assert link is not None
    await world.storage.card_links.unlink(link, verification=verification(9), at=world.clock.now())
    await world.run()

    assert (await no_pass(world, who)).refusal is Refusal.NOT_LINKED


# --- which browser --------------------------------------------------------------------------------------


async def test_another_session_of_the_same_card_does_not_get_the_ciphertext() -> None:
    world = World()
    await has_link(world)
    who = await press(world, holder(world))
    await world.run()
    other = holder(world, 2, application=who.application)

    assert (await no_pass(world, other)).refusal is Refusal.OTHER_BROWSER
    with pytest.raises(RefusedError) as caught:
        await verify_card.confirm_shown(other, world.web)
    assert caught.value.refusal is Refusal.OTHER_BROWSER


async def test_a_browser_that_asked_for_nothing_gets_nothing() -> None:
    world = World()
    await has_link(world)
    await press(world, holder(world))
    await world.run()

    assert (await no_pass(world, holder(world))).refusal is Refusal.ASK_AGAIN


async def test_another_card_does_not_reach_the_case_even_if_its_cookie_names_it() -> None:
    world = World()
    await has_link(world)
    await has_link(world, card=OTHER_CARD, subject="rei")
    who = await press(world, holder(world))
    await world.run()
    stranger = holder(world, 2, card=OTHER_CARD, application=who.application, session=who.session)

    assert (await no_pass(world, stranger)).refusal is Refusal.ASK_AGAIN
    assert (await verify_card.show_card(stranger, world.web)).case is None


async def test_a_card_gives_nothing_of_an_application_of_another_way() -> None:
    world = World()
    await has_link(world)
    name = await world.apply()
    await world.run()
    other = holder(world, application=name)
    assert (await no_pass(world, other)).refusal is Refusal.ASK_AGAIN
    collector = collect_pass.Collector(world.student, "session-1", 1, verification=verification(1))
    with pytest.raises(RefusedError) as caught:
        await collect_pass.collect_pass(name, collector, world.web)
    assert caught.value.refusal is Refusal.FORBIDDEN


async def test_a_young_link_takes_the_place_of_nothing_and_its_holder_is_told() -> None:
    world = World()
    await has_link(world, age=timedelta(days=1))
    name = await world.apply()
    await world.run()
    who = holder(world)
    assert (await verify_card.show_card(who, world.web)).other_way is None
    with pytest.raises(RefusedError) as caught:
        await verify_card.issue(verify_card.Item.PASS, who, "key", Language.JA, world.web)
    assert caught.value.refusal is Refusal.OPEN_APPLICATION
    assert caught.value.link == f"/applications/{name}"
    assert not await world.storage.inbox.waiting(who.verification)


# --- what the page shows --------------------------------------------------------------------------------


async def test_the_desk_shows_the_link_and_the_application() -> None:
    world = World()
    link = await has_link(world)
    before = await verify_card.show_card(holder(world), world.web)
    assert before.link == await world.storage.card_links.by_card(CARD)
    assert before.usable_from == link.linked_at + world.rules.link_cooling
    assert (before.case, before.upn, before.other_way) == (None, "", None)

    who = await press(world, holder(world))
    asked = await verify_card.show_card(who, world.web)
    assert asked.case is not None
    assert asked.case.application.state is State.SUBMITTED
    await world.run()
    later = await verify_card.show_card(holder(world, 2), world.web)
    assert later.case is not None
    assert later.case.application.id == who.application
    assert later.upn == people.STUDENT.upn


async def test_the_desk_says_which_open_application_gives_way() -> None:
    world = World()
    await has_link(world)
    await world.apply()
    await world.run()

    assert (await verify_card.show_card(holder(world), world.web)).other_way is Channel.WEBSITE


async def test_registered_is_reported_once_there_was_a_pass() -> None:
    world = World()
    await has_link(world)
    with pytest.raises(RefusedError) as caught:
        await verify_card.report_registered(holder(world), world.web)
    assert caught.value.refusal is Refusal.TOO_LATE
    await read(world, holder(world))
    world.register()
    await verify_card.report_registered(holder(world, 2), world.web)
    await world.run()
    assert world.case(verification(1)).state is State.COMPLETED


# --- linking --------------------------------------------------------------------------------------------


async def test_linking_carries_both_proofs_and_is_seen_to_be_done() -> None:
    world = World()
    signed_in, who = linker(world), holder(world)
    assert (await link_card.show_link(signed_in, None, world.web)).state is LinkState.SIGNED_IN
    assert (await link_card.show_link(signed_in, who, world.web)).state is LinkState.READY
    asked = await link_card.link(signed_in, who, Language.EN, world.web)
    (row,) = await world.storage.inbox.waiting(asked)
    assert (row.kind, row.evidence) == (RequestKind.LINK, who.token)
    assert row.body == {"sign_in": signed_in.token, "language": "en"}
    signed_in = replace(signed_in, asked=asked)
    assert (await link_card.show_link(signed_in, who, world.web)).state is LinkState.ASKED
    await world.tick()
    desk = await link_card.show_link(signed_in, who, world.web)

    assert desk.state is LinkState.LINKED
    assert desk.link is not None
    assert desk.usable_from == desk.link.linked_at + world.rules.link_cooling


@pytest.mark.parametrize("proof", ["sign_in", "card"])
async def test_a_proof_that_the_worker_does_not_believe_makes_no_link_and_says_so(proof: str) -> None:
    world = World()
    signed_in, who = linker(world), holder(world)
    if proof == "sign_in":
        signed_in = replace(signed_in, token="forged")
    else:
        who = replace(who, token="forged")
    asked = await link_card.link(signed_in, who, Language.EN, world.web)
    await world.tick()
    desk = await link_card.show_link(replace(signed_in, asked=asked), who, world.web)

    assert desk.state is LinkState.NOT_MADE
    assert await world.storage.card_links.by_account(world.student) is None


async def test_both_ways_of_being_linked_already_have_their_own_answer() -> None:
    world = World()
    await has_link(world)
    other_card, other_account = holder(world, card=OTHER_CARD), linker(world, "rei")
    assert (await link_card.show_link(linker(world), other_card, world.web)).state is LinkState.ACCOUNT_LINKED
    assert (await link_card.show_link(other_account, holder(world), world.web)).state is LinkState.CARD_LINKED
    for who, card, refusal in (
        (linker(world), other_card, Refusal.ACCOUNT_LINKED),
        (other_account, holder(world), Refusal.CARD_LINKED),
    ):
        with pytest.raises(RefusedError) as caught:
            await link_card.link(who, card, Language.EN, world.web)
        assert caught.value.refusal is refusal
    assert len(world.storage.inbox) == 0


async def test_pressed_twice_it_is_so_already() -> None:
    world = World()
    await has_link(world)
    await link_card.link(linker(world), holder(world), Language.EN, world.web)
    assert len(world.storage.inbox) == 0


async def test_linking_needs_a_verification_that_counts_and_has_linked_nothing_before() -> None:
    world = World()
    for who in (None, holder(world, counts=False)):
        with pytest.raises(RefusedError) as caught:
            await link_card.link(linker(world), who, Language.EN, world.web)
        assert caught.value.refusal is Refusal.VERIFY_AGAIN
    await link_card.link(linker(world), holder(world), Language.EN, world.web)
    await world.tick()
    await link_card.unlink_by_sign_in(linker(world), Language.EN, world.web)
    await world.tick()
    assert await world.storage.card_links.by_account(world.student) is None
    with pytest.raises(RefusedError) as caught:
        await link_card.link(linker(world), holder(world), Language.EN, world.web)
    assert caught.value.refusal is Refusal.VERIFY_AGAIN


async def test_a_link_is_removed_by_either_proof() -> None:
    by_card, by_account = World(), World()
    for world in (by_card, by_account):
        await has_link(world)
    await link_card.unlink_by_card(holder(by_card), Language.EN, by_card.web)
    assert (await verify_card.show_card(holder(by_card), by_card.web)).unlinking
    signed_in = linker(by_account, asked="unlink")
    await link_card.unlink_by_sign_in(signed_in, Language.EN, by_account.web)
    assert (await link_card.show_link(signed_in, None, by_account.web)).state is LinkState.UNLINKING
    for world in (by_card, by_account):
        await world.tick()
        assert await world.storage.card_links.by_account(world.student) is None
    desk = await verify_card.show_card(holder(by_card), by_card.web)
    assert (desk.link, desk.unlinked) == (None, True)
    assert (await link_card.show_link(signed_in, None, by_account.web)).state is LinkState.UNLINKED


async def test_what_is_not_linked_cannot_be_unlinked_and_an_old_verification_removes_nothing() -> None:
    world = World()
    with pytest.raises(RefusedError) as caught:
        await link_card.unlink_by_card(holder(world), Language.EN, world.web)
    assert caught.value.refusal is Refusal.NOT_LINKED
    with pytest.raises(RefusedError) as caught:
        await link_card.unlink_by_sign_in(linker(world), Language.EN, world.web)
    assert caught.value.refusal is Refusal.NOT_LINKED
    await has_link(world)
    with pytest.raises(RefusedError) as caught:
        await link_card.unlink_by_card(holder(world, counts=False), Language.EN, world.web)
    assert caught.value.refusal is Refusal.VERIFY_AGAIN
    assert len(world.storage.inbox) == 0


def test_whoever_holds_a_token_does_not_show_it() -> None:
    world = World()
    who, signed_in = holder(world), linker(world)
    assert who.token not in repr(who)
    assert signed_in.token not in repr(signed_in)

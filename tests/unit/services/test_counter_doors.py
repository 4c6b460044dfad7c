"""The office counter from the web's side: who sees what, what is recorded before, and what pressing twice does."""

from datetime import timedelta

import pytest

from shared.domain.counter_steps import CounterStep
from shared.domain.kinds import CardKind, Language, Reason
from shared.domain.links import Purpose
from shared.domain.requests import RequestKind
from shared.ports import UnavailableError
from shared.services import collect_pass, print_slip, serve_counter
from shared.services.refusals import Refusal, RefusedError
from shared.services.serve_counter import Clerk, Confirmation, Counter
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.world import World

FORM = Confirmation(CardKind.STUDENT_CARD, Reason.LOST, Language.EN, "")


def clerk(world: World, name: str = "cleo") -> Clerk:
    found = world.staff[name]
    return Clerk(found.identity, found.token)


async def look_up(world: World, by: str = "cleo", account: str = people.STUDENT.upn) -> str:
    return await serve_counter.look_up(account, clerk(world, by), world.web, nonce="n", language=Language.JA)


async def seen(world: World, name: str, by: str = "cleo") -> Counter:
    return await serve_counter.show_counter(name, clerk(world, by), world.web)


async def at_the_counter() -> tuple[World, str]:
    world = World()
    name = await look_up(world)
    await world.run()
    return world, name


async def approved() -> tuple[World, str]:
    world, name = await at_the_counter()
    await serve_counter.confirm(name, clerk(world), FORM, world.web)
    await world.run()
    assert (await seen(world, name)).step is CounterStep.APPROVED
    return world, name


async def refusal_of(act: object) -> Refusal:
    with pytest.raises(RefusedError) as caught:
        await act  # type: ignore[misc]  # a coroutine of one of the services
    return caught.value.refusal


# --- seeing -------------------------------------------------------------------------------------------


async def test_that_a_person_s_data_were_looked_at_is_recorded_before_they_are_shown() -> None:
    world, name = await at_the_counter()
    found = await seen(world, name)
    assert found.person is not None
    assert (found.person.name, found.person.affiliation) == ("Name of hanako", "Faculty of Samples")
    assert {each.label for each in found.person.methods} == {"old phone", "+81 ***12"}
    (access,) = await world.web.accesses.of(name)
    assert (access.actor, access.what) == ("cleo", "directory")
    world.seen.faults.append(Fault("accesses", "record", UnavailableError("down")))
    with pytest.raises(UnavailableError):
        await seen(world, name)


async def test_nothing_of_the_directory_is_shown_before_and_without_a_look_up_that_is_allowed() -> None:
    world = World()
    early = await look_up(world)
    assert (await seen(world, early)) == Counter(
        (await seen(world, early)).application, CounterStep.LOOKING_UP
    )
    world.graph.account("hanako").facts = people.account("hanako", affiliation="Another faculty")
    await world.run()
    refused = await seen(world, early)
    assert (refused.step, refused.person) == (CounterStep.REFUSED, None)
    assert await world.web.accesses.of(early) == []


async def test_the_list_has_the_clerk_s_own_open_cases_and_no_names() -> None:
    world, name = await at_the_counter()
    await look_up(world, by="clem", account=f"{people.STUDENT.upn}")
    await world.run()
    own = await serve_counter.list_own(clerk(world).identity, world.web)
    assert [(each.application.id, each.step, each.person) for each in own] == [
        (name, CounterStep.COMPARE, None)
    ]


async def test_a_case_is_closed_to_every_other_clerk_from_its_first_moment() -> None:
    world = World()
    name = await look_up(world)
    for _ in range(2):
        other = clerk(world, "clem")
        for act in (
            serve_counter.show_counter(name, other, world.web),
            serve_counter.confirm(name, other, FORM, world.web),
            serve_counter.leave(name, other, world.web),
            print_slip.print_slip(name, other, world.web),
            print_slip.show_slip(name, other, world.web),
        ):
            assert await refusal_of(act) is Refusal.NOT_YOUR_COUNTER
        await world.run()
    assert len(world.storage.inbox) == 0


async def test_applications_of_other_ways_are_no_cases_of_the_counter() -> None:
    world = World()
    name = await world.apply()
    await world.run()
    assert await refusal_of(seen(world, name)) is Refusal.NOT_FOUND


# --- asking -------------------------------------------------------------------------------------------


async def test_a_look_up_sent_twice_is_one_and_another_account_is_another() -> None:
    world = World()
    first, second = await look_up(world), await look_up(world)
    other = await look_up(world, account="other@u.example")
    assert first == second != other
    assert len(world.storage.inbox) == 2
    assert await look_up(world, by="clem") not in {first, other}


async def test_a_second_confirmation_is_none_and_one_with_other_content_is_told_that_the_first_stands() -> (
    None
):
    world, name = await at_the_counter()
    other = Confirmation(CardKind.STUDENT_CARD, Reason.STOLEN, Language.EN, "")
    await serve_counter.confirm(name, clerk(world), FORM, world.web)
    for _ in range(2):
        await serve_counter.confirm(name, clerk(world), FORM, world.web)
        refusal = await refusal_of(serve_counter.confirm(name, clerk(world), other, world.web))
        assert refusal is Refusal.CONFIRMED_ALREADY
        await world.run()
    assert world.case(name).reason is Reason.LOST
    assert world.events(name).count("vouched") == 1


@pytest.mark.parametrize(
    "other",
    [
        Confirmation(CardKind.STAFF_CARD, Reason.LOST, Language.EN, ""),
        Confirmation(CardKind.STUDENT_CARD, Reason.LOST, Language.JA, ""),
        Confirmation(CardKind.STUDENT_CARD, Reason.LOST, Language.EN, people.TYPED),
    ],
)
async def test_any_other_content_is_other_content(other: Confirmation) -> None:
    world, name = await approved()
    refusal = await refusal_of(serve_counter.confirm(name, clerk(world), other, world.web))
    assert refusal is Refusal.CONFIRMED_ALREADY


async def test_what_was_left_cannot_be_confirmed_nor_what_was_confirmed_be_left() -> None:
    world, name = await at_the_counter()
    for _ in range(2):
        await serve_counter.leave(name, clerk(world), world.web)
    assert await refusal_of(serve_counter.confirm(name, clerk(world), FORM, world.web)) is Refusal.TOO_LATE
    await world.run()
    await serve_counter.leave(name, clerk(world), world.web)
    left = await seen(world, name)
    assert (left.step, left.person) == (CounterStep.LEFT, None)
    world, name = await approved()
    assert await refusal_of(serve_counter.leave(name, clerk(world), world.web)) is Refusal.TOO_LATE


# --- the slip -----------------------------------------------------------------------------------------


async def test_the_slip_s_link_is_bound_to_case_number_and_time_and_showing_it_is_recorded() -> None:
    world, name = await approved()
    slip = await print_slip.show_slip(name, clerk(world), world.web)
    assert slip is not None
    claims = world.links.read(Purpose.SLIP, slip.token)
    until = world.clock.now() + world.rules.slip_life
    assert (claims.application, claims.round, claims.addressee, claims.expires_at) == (name, 1, "slip", until)
    assert [each.what for each in await world.web.accesses.of(name)] == ["directory", "slip"]
    world.seen.faults.append(Fault("accesses", "record", UnavailableError("down")))
    with pytest.raises(UnavailableError):
        await print_slip.show_slip(name, clerk(world), world.web)


async def test_printing_twice_at_once_prints_one_and_meanwhile_there_is_none() -> None:
    world, name = await approved()
    for _ in range(2):
        await print_slip.print_slip(name, clerk(world), world.web)
    assert await print_slip.show_slip(name, clerk(world), world.web) is None
    await world.run()
    slip = await print_slip.show_slip(name, clerk(world), world.web)
    assert slip is not None
    assert slip.number == 2


async def test_a_slip_that_ran_out_is_not_shown_and_can_be_printed_anew() -> None:
    world, name = await approved()
    await world.move(timedelta(hours=24))
    assert await refusal_of(print_slip.show_slip(name, clerk(world), world.web)) is Refusal.NO_SLIP
    await print_slip.print_slip(name, clerk(world), world.web)
    await world.run()
    assert await print_slip.show_slip(name, clerk(world), world.web) is not None


async def test_before_the_approval_there_is_nothing_to_print() -> None:
    world, name = await at_the_counter()
    assert await refusal_of(print_slip.print_slip(name, clerk(world), world.web)) is Refusal.TOO_LATE
    assert await refusal_of(print_slip.show_slip(name, clerk(world), world.web)) is Refusal.NO_SLIP


async def test_the_pass_is_for_whoever_holds_the_newest_slip_and_signs_in_as_the_person() -> None:
    world, name = await approved()

    def collector(slip: int, subject: str = "hanako") -> collect_pass.Collector:
        return collect_pass.Collector(subject, "session-1", slip, slip=slip)

    async def ask(who: collect_pass.Collector) -> None:
        await collect_pass.ask_for_pass(name, who, "key of session-1", world.web)

    assert await refusal_of(ask(collector(1, "rei"))) is Refusal.NOT_YOURS
    await print_slip.print_slip(name, clerk(world), world.web)
    await world.run()
    assert await refusal_of(ask(collector(1))) is Refusal.SLIP_REPLACED
    assert await refusal_of(ask(collector(3))) is Refusal.SLIP_REPLACED
    assert not world.live_pass
    await ask(collector(2))
    await world.run()
    assert await refusal_of(collect_pass.collect_pass(name, collector(1), world.web)) is Refusal.SLIP_REPLACED
    got = await collect_pass.collect_pass(name, collector(2), world.web)
    assert isinstance(got, collect_pass.Sealed)


async def test_the_clerk_s_token_is_the_evidence_of_all_that_is_asked() -> None:
    world = World()
    name = await look_up(world)
    asked = await world.web.inbox.waiting(name)
    await world.run()
    await serve_counter.confirm(name, clerk(world), FORM, world.web)
    asked += await world.web.inbox.waiting(name)
    await world.run()
    await print_slip.print_slip(name, clerk(world), world.web)
    asked += await world.web.inbox.waiting(name)
    assert [each.kind for each in asked] == [RequestKind.SUBMIT, RequestKind.CONFIRM, RequestKind.SLIP]
    assert {each.evidence for each in asked} == {world.staff["cleo"].token}

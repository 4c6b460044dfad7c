"""Taking in form responses: once, however often the flow sends them, and only from accounts of ours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.requests import Request, RequestKind
from shared.domain.reviewing import reference_of
from shared.ports import UnavailableError
from shared.services.find_case import is_id
from shared.services.refusals import Refusal, RefusedError
from shared.services.take_form import FormResponse, FormTaken, application_of, take_form
from tests.fakes.hooks import nothing
from tests.unit.world import World

RESPONSE = FormResponse(
    form="form-1",
    response="1042",
    responder="Student@u.example",
    answers={"q-reason": "紛失", "q-details": "in the train"},
    digest="ab" * 32,
    evidence="token-of-the-flow",
)
OTHER = replace(RESPONSE, digest="cd" * 32, answers={"q-reason": "機種変更"})


@pytest.fixture
def world() -> World:
    return World()


async def rows(world: World) -> list[Request]:
    return await world.storage.inbox.everything()


async def test_a_response_asks_for_an_application_with_all_that_the_worker_needs(world: World) -> None:
    taken = await take_form(RESPONSE, world.web)
    assert is_id(taken.id)
    (row,) = await rows(world)
    assert (row.application, row.kind, row.slot, row.evidence) == (
        taken.id,
        RequestKind.SUBMIT,
        0,
        "token-of-the-flow",
    )
    assert row.body == {
        "channel": "form",
        "account": "student@u.example",
        "source": RESPONSE.digest,
        "reason": "lost",
        "details": "in the train",
        "language": "ja",
        "contact_email": "",
    }


async def test_a_replay_is_told_the_same_and_asks_for_nothing(world: World) -> None:
    first = await take_form(RESPONSE, world.web)
    world.clock.advance(timedelta(hours=1))
    assert await take_form(RESPONSE, world.web) == first
    assert len(await rows(world)) == 1


async def test_numbers_count_by_form(world: World) -> None:
    assert application_of("form-1", "1") != application_of("form-2", "1")
    assert application_of("form-1", "1") != application_of("form-1", "2")


async def test_other_content_under_the_same_number_is_refused_and_told_of_once(world: World) -> None:
    first = await take_form(RESPONSE, world.web)
    for _ in range(2):
        with pytest.raises(RefusedError) as caught:
            await take_form(OTHER, world.web)
        assert caught.value.refusal is Refusal.DIFFERENT_RESPONSE
    submit, different = sorted(await rows(world), key=lambda row: row.kind is RequestKind.DIFFERENT)
    assert submit.body["source"] == RESPONSE.digest
    assert (different.application, different.kind) == (first.id, RequestKind.DIFFERENT)
    assert different.body == {"source": OTHER.digest}
    assert different.evidence == OTHER.evidence
    assert await take_form(RESPONSE, world.web) == first


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"form": "form-2"}, Refusal.UNKNOWN_FORM),
        ({"responder": "anonymous"}, Refusal.RESPONDER_REFUSED),
        ({"responder": "student@elsewhere.example"}, Refusal.RESPONDER_REFUSED),
    ],
)
async def test_what_can_never_be_taken_leaves_nothing_behind(
    world: World, changes: dict[str, str], refusal: Refusal
) -> None:
    with pytest.raises(RefusedError) as caught:
        await take_form(replace(RESPONSE, **changes), world.web)  # type: ignore[arg-type]  # fields by name
    assert caught.value.refusal is refusal
    assert await rows(world) == []


async def test_a_typed_address_never_says_who_it_is(world: World) -> None:
    await take_form(replace(RESPONSE, answers={"q-mail": "dean@u.example"}), world.web)
    (row,) = await rows(world)
    assert (row.body["account"], row.body["contact_email"]) == ("student@u.example", "dean@u.example")


async def test_a_retry_after_a_lost_answer_is_told_the_same(world: World) -> None:
    """The row was stored, the flow never heard of it, and the worker may have taken it up meanwhile."""

    async def lose(port: str, method: str) -> None:
        if (port, method) == ("inbox", "put"):
            raise UnavailableError("the answer of storage is lost")

    world.storage.hooks.after = lose
    with pytest.raises(UnavailableError):
        await take_form(RESPONSE, world.web)
    world.storage.hooks.after = nothing
    assert await take_form(RESPONSE, world.web) == FormTaken(
        application_of("form-1", "1042"), reference_of(application_of("form-1", "1042"))
    )
    assert len(await rows(world)) == 1


async def test_without_storage_nothing_is_taken(world: World) -> None:
    async def fail(port: str, method: str) -> None:
        raise UnavailableError("storage is away")

    world.storage.hooks.before = fail
    with pytest.raises(UnavailableError):
        await take_form(RESPONSE, world.web)
    world.storage.hooks.before = nothing
    assert await rows(world) == []


async def test_a_replay_counts_as_one_when_the_worker_has_the_case(world: World) -> None:
    token = world.form_tokens.make(datetime(2026, 1, 1, tzinfo=UTC))
    mine = replace(RESPONSE, responder=f"{world.student}@u.example", evidence=token)
    first = await take_form(mine, world.web)
    await world.run()
    assert world.case(first.id).subject == world.student
    assert await rows(world) == []

    assert await take_form(mine, world.web) == first
    assert await rows(world) == []
    with pytest.raises(RefusedError) as caught:
        await take_form(replace(mine, digest=OTHER.digest), world.web)
    assert caught.value.refusal is Refusal.DIFFERENT_RESPONSE
    assert [each.kind for each in await rows(world)] == [RequestKind.DIFFERENT]

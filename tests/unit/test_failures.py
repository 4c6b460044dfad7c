"""What leaves a queue or timer function that fails: nothing of what stands in a row, or in the words of a service."""

import json
import traceback
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import azure.functions as func
import pytest

from functions import by_role
from functions._worker.failures import FunctionFailedError, saying_only_where
from shared import bootstrap
from shared.adapters import codec
from shared.domain.delivery import Delivery
from shared.domain.states import State
from tests.unit.reaching import reach
from tests.unit.test_queue_bodies import event

PERSON = "hanako@home.example"


def as_the_platform_logs_it(error: BaseException) -> str:
    """Its text and its traceback, with all that led to it: so does the worker of the platform (``serialize_exception``)."""
    return f"{error}\n" + "".join(traceback.format_exception(error))


def functions_of_worker() -> dict[str, Callable[..., Any]]:
    app = func.FunctionApp()
    for blueprint in by_role.blueprints("worker"):
        app.register_functions(blueprint)
    return {str(each.get_function_name()): each.get_user_function() for each in app.get_functions()}


def broken(*_: object, **__: object) -> Any:  # noqa: ANN401 - nothing is ever returned
    raise ValueError(PERSON) from KeyError(PERSON)


@pytest.mark.parametrize("name", sorted(functions_of_worker()))
async def test_a_function_that_fails_says_only_where(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("worker", "health", "backups"):
        monkeypatch.setattr(bootstrap, each, broken)
    given = func.QueueMessage(body=json.dumps(event(status=Delivery.BOUNCED.value)).encode())
    with pytest.raises(FunctionFailedError) as failed:
        await functions_of_worker()[name](given)

    told = as_the_platform_logs_it(failed.value)
    assert PERSON not in told
    assert "ValueError at test_failures.py:" in told
    assert failed.value.__context__ is None


async def test_each_of_several_errors_is_named_without_its_text() -> None:
    @saying_only_where
    async def fails() -> None:
        raise ExceptionGroup(PERSON, [OSError(PERSON), json.JSONDecodeError(PERSON, PERSON, 0)])

    with pytest.raises(FunctionFailedError) as failed:
        await fails()

    told = as_the_platform_logs_it(failed.value)
    assert PERSON not in told
    assert all(each in told for each in ("ExceptionGroup", "OSError", "JSONDecodeError"))


async def test_what_the_settings_lack_is_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.settings import Settings

    monkeypatch.setenv("APP_ROLE", "worker")
    monkeypatch.setenv("OPERATOR_ADDRESSES", PERSON)
    monkeypatch.delenv("GRAPH_BASE_URL", raising=False)

    @saying_only_where
    async def reads() -> None:
        Settings()

    with pytest.raises(FunctionFailedError, match=r"Settings\nbase_url\n  Field required") as failed:
        await reads()
    assert PERSON not in as_the_platform_logs_it(failed.value)


async def test_a_row_that_cannot_be_read_says_nothing_of_what_it_holds() -> None:
    world, name = await reach(State.IN_REVIEW)
    case = world.case(name)
    whole = json.loads(codec.application_text(case))
    for each in fields(case):
        broken_row = json.dumps(whole | {each.name: {"is": PERSON}})
        with pytest.raises(ValueError, match=r"^not a record of this kind$") as failed:
            codec.application_from(broken_row)
        told = as_the_platform_logs_it(failed.value)
        assert PERSON not in told
        assert case.subject not in told
        assert failed.value.__context__ is None


@pytest.mark.parametrize("text", ["", "{", f'"{PERSON}"', f'["{PERSON}"]', f'{{"to": "{PERSON}"}}', "\ud800"])
@pytest.mark.parametrize(
    "read",
    [getattr(codec, each) for each in vars(codec) if each.endswith("_from")],
    ids=lambda each: each.__name__,
)
def test_no_reader_of_rows_tells_what_stood_there(read: Callable[[str], object], text: str) -> None:
    failed: BaseException | None = None
    try:
        read(text)
    except ValueError as error:
        failed = error
    assert failed is None or PERSON not in as_the_platform_logs_it(failed)

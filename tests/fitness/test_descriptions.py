"""What is published about the doors for programs is made of the models that validate, and fits the routes."""

import importlib.util
import json
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from functions import by_role
from functions._http.bearer import KINDS
from functions._http.doors import DOORS
from functions._http.openapi import document
from functions._http.problems import STATUS
from functions._http.program_bodies import FormResponseBody, validated
from tests.fitness.source import ROOT, functions_of

SCHEMA = json.loads((ROOT / "docs" / "forms.schema.json").read_text("utf-8"))
SAMPLES = sorted((ROOT / "tests" / "samples" / "forms").glob("*.json"))


def written_schema() -> str:
    spec = importlib.util.spec_from_file_location("forms_schema", ROOT / ".ci" / "forms_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.schema())


def test_the_schema_of_the_webhook_is_made_from_the_model() -> None:
    assert (ROOT / "docs" / "forms.schema.json").read_text("utf-8") == written_schema()


@pytest.mark.parametrize("path", SAMPLES, ids=[each.stem for each in SAMPLES])
def test_the_recorded_responses_fit_schema_and_model(path: Any) -> None:  # noqa: ANN401
    sample = json.loads(path.read_text("utf-8"))
    Draft202012Validator(SCHEMA).validate(sample)
    assert validated(FormResponseBody, sample).form_id == sample["form_id"]


def test_the_description_has_exactly_the_routes_for_programs() -> None:
    by_role.blueprints("web")
    routes = {
        (f"/{each['route']}", method.lower())
        for name, each in functions_of("web").items()
        if DOORS[name].kind in KINDS
        for method in each["methods"]
    }
    described = {
        (path, method) for path, operations in document("https://x")["paths"].items() for method in operations
    }

    assert described == routes


def test_each_operation_asks_for_the_token_that_its_door_asks_for() -> None:
    by_role.blueprints("web")
    by_route = {
        (f"/{each['route']}", method.lower()): DOORS[name].kind
        for name, each in functions_of("web").items()
        for method in each["methods"]
    }
    for path, operations in document("https://x")["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] == [{by_route[path, method]: []}], path


def test_every_status_that_is_described_is_one_that_we_give() -> None:
    ours = {str(int(each)) for each in STATUS.values()} | {"200", "202"}
    for operations in document("https://x")["paths"].values():
        for operation in operations.values():
            assert set(operation["responses"]) <= ours


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"form_id": None}, {"form_id": "wrong_type"}),
        ({"form_id": ""}, {"form_id": "missing"}),
        ({"response_id": "x"}, {"response_id": "invalid"}),
        ({"response_id": -1}, {"response_id": "invalid"}),
        ({"response_id": 1.5}, {"response_id": "invalid"}),
        ({"response_id": True}, {"response_id": "wrong_type"}),
        ({"response_id": [1]}, {"response_id": "wrong_type"}),
        ({"responder": 7}, {"responder": "wrong_type"}),
        ({"responder": "x" * 400}, {"responder": "too_long"}),
        ({"answers": "text"}, {"answers": "wrong_type"}),
        ({"answers": []}, {"answers": "wrong_type"}),
        ({"answers": {"r1": {"a": 1}}}, {"answers.r1": "wrong_type"}),
        ({"answers": {f"r{number}": "" for number in range(300)}}, {"answers": "too_long"}),
        ({"version": 2}, {"version": "invalid"}),
        ({"submit_date": {}}, {"submit_date": "wrong_type"}),
    ],
)
def test_fields_that_are_wrong_are_named(changes: dict[str, object], fields: dict[str, str]) -> None:
    from functions._http.problems import Trouble

    sample = json.loads(SAMPLES[0].read_text("utf-8")) | changes
    with pytest.raises(Trouble) as caught:
        validated(FormResponseBody, sample)
    assert dict(caught.value.fields) == fields


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"run": "another"}, True),
        ({"response_id": "01042"}, True),
        ({"response_id": 1042.0}, True),
        ({"submit_date": "2026-11-24T10:15:30.123456+09:00"}, True),
        ({"extra": 1}, True),
        ({"responder": "other@example.ac.jp"}, False),
        ({"answers": {"r1": "x", "r2": "changed"}}, False),
        ({"answers": {"r1": "x"}}, False),
        ({"submit_date": "yesterday"}, False),
        ({"form_id": "another"}, False),
    ],
)
def test_what_makes_a_response_the_same(changes: dict[str, object], same: bool) -> None:  # noqa: FBT001
    body: dict[str, Any] = {
        "form_id": "f",
        "response_id": 1042,
        "responder": "a@example.ac.jp",
        "submit_date": "2026-11-24T01:15:30.1234567Z",
        "run": "one",
        "answers": {"r2": "y", "r1": "x"},
    }
    first = validated(FormResponseBody, body).digest()
    assert (validated(FormResponseBody, body | changes).digest() == first) is same
    assert validated(FormResponseBody, body | {"answers": {"r1": "x", "r2": "y"}}).digest() == first


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_a_date_at_the_edge_of_the_calendar_stays_as_it_is(at: str) -> None:
    body = {
        "form_id": "f",
        "response_id": 1,
        "responder": "a@example.ac.jp",
        "answers": {},
        "submit_date": at,
    }
    first = validated(FormResponseBody, body).digest()
    assert validated(FormResponseBody, body | {"submit_date": f" {at} "}).digest() == first
    assert validated(FormResponseBody, body | {"submit_date": "2026-01-01T00:00:00Z"}).digest() != first

"""A whole recovery, as telemetry tells it: one trace, counts by state and channel, and nothing of the person."""

import ast
from dataclasses import replace
from datetime import timedelta

import pytest

from shared import names
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.ports.telemetry import FIELDS, OTHER, Metric, SpanName
from shared.services.wake_due import wake_due
from tests.contract.telemetry.outlets import KeptOutlets
from tests.fitness.source import ROOT, SHIPPED, calls, dotted, named, python_files
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.patient import get_approved, obtain
from tests.unit.personal import LOST, completed, personal_in
from tests.unit.reaching import reach
from tests.unit.world import World

GRAPHS_OWN = "3b7e9c52-request"
"""Something that only the text of an error says."""
_PAGE = (ROOT / "docs" / "telemetry.md").read_text("utf-8")


def heard(world: World) -> KeptOutlets:
    """The world with the shipped telemetry; strict, so that a field that is not in the list stops it."""
    kept = KeptOutlets()
    world.web = replace(world.web, telemetry=kept.telemetry)
    world.worker = replace(world.worker, telemetry=kept.telemetry)
    return kept


async def test_one_trace_leads_from_the_first_request_to_completion() -> None:
    world = World()
    name = await completed(world)
    of_case = [each for each in world.telemetry.spans if each.fields.get("application") == name]
    first = next(each for each in of_case if each.fields.get("kind") == "submit")
    looks = [each for each in of_case if each.name is SpanName.LOOK]

    assert world.case(name).trace.split("-")[1:3] == [first.trace, first.id]
    assert {each.trace for each in looks} == {first.trace}
    assert {each.parent for each in looks} == {first.id}
    assert looks[-1].fields["state"] == "completed"
    assert len(looks) > 4


async def test_what_is_asked_later_is_linked_to_the_look_that_answers_it() -> None:
    world = World()
    name = await completed(world)
    linked = {link.split("-")[2] for each in world.telemetry.spans for link in each.links}
    asked = {
        each.fields["kind"]: each.id
        for each in world.telemetry.spans
        if each.name is SpanName.ASK and each.fields["application"] == name
    }

    assert {"decision", "pickup", "shown"} <= asked.keys()
    assert {asked[each] for each in ("decision", "pickup", "shown")} <= linked


async def test_mails_are_sent_within_the_look_that_owes_them() -> None:
    world = World()
    await completed(world)
    looks = {each.id: each.trace for each in world.telemetry.spans if each.name is SpanName.LOOK}
    mails = [each for each in world.telemetry.spans if each.name is SpanName.MAIL]

    assert mails
    assert all(looks[each.parent] == each.trace for each in mails)


async def test_the_trace_is_in_no_queue_message() -> None:
    world = World()
    name = await world.apply()
    assert world.storage.hints.lanes["review"]
    assert {str(each) for lane in world.storage.hints.lanes.values() for each in lane} == {name}


async def test_a_case_of_an_earlier_version_begins_a_trace_of_its_own() -> None:
    """Its row says none; every look is then a trace of its own, and nothing else is different."""
    world = World()
    world.web = replace(world.web, telemetry=KeptOutlets().telemetry)
    name = await world.apply()
    world.storage.inbox._rows = {  # as web wrote it before there was a trace
        key: replace(row, trace="") for key, row in world.storage.inbox._rows.items()
    }
    await world.run()

    assert world.case(name).trace == ""
    assert world.case(name).state is State.IN_REVIEW
    assert all(not each.parent for each in world.telemetry.spans if each.name is SpanName.LOOK)


async def test_transitions_and_the_time_in_a_state_are_told_by_state_and_channel() -> None:
    world = World()
    name = await world.apply()
    await world.run()
    entered = world.case(name).entered_at
    world.clock.advance(timedelta(hours=1))
    await world.decide()
    await world.run()
    moves = [each.fields for each in world.telemetry.metrics if each.metric is Metric.TRANSITIONS]
    (stood,) = [
        each.value
        for each in world.telemetry.metrics
        if each.metric is Metric.TIME_IN_STATE and each.fields["left"] == "in_review"
    ]

    assert moves == [
        {"left": "nothing", "state": "submitted", "channel": "website"},
        {"left": "submitted", "state": "in_review", "channel": "website"},
        {"left": "in_review", "state": "approved", "channel": "website"},
    ]
    assert stood == (world.case(name).entered_at - entered).total_seconds() >= 3600


async def test_the_backlog_is_told_by_its_age() -> None:
    world = World()
    await world.apply()
    world.clock.advance(timedelta(minutes=7))
    await wake_due(world.worker)
    told = {each.metric: each.value for each in reversed(world.telemetry.metrics)}

    assert told[Metric.INBOX_AGE] == 420
    assert told[Metric.INBOX_SIZE] == 2  # the application, and its photo


@pytest.mark.parametrize("failing", ["graph", "look"])
async def test_a_case_that_stays_in_issuing_is_told_while_it_stands_there(failing: str) -> None:
    """Whether Graph does not answer, or the look itself breaks; it is told again each minute, and not when it is over."""
    world, name = await reach(State.ISSUING)
    deadline = world.snapshot(name).application.attempt
    assert deadline is not None
    fault = Fault(
        "passes", "listed", UnavailableError("Graph is down") if failing == "graph" else KeyError("fault")
    )
    world.seen.faults.append(fault)
    world.clock.advance(deadline.deadline - world.clock.now() + timedelta(minutes=2))
    ages = []
    for _ in range(3):
        await wake_due(world.worker)
        ages += [each.value for each in world.telemetry.metrics if each.metric is Metric.ISSUING_AGE][-1:]
        world.clock.advance(timedelta(minutes=1))
    world.seen.faults.remove(fault)
    await wake_due(world.worker)
    await wake_due(world.worker)
    (*_, last) = (each.value for each in world.telemetry.metrics if each.metric is Metric.ISSUING_AGE)

    assert world.case(name).state is State.APPROVED
    assert ages == [120, 180, 240]
    assert last == 0


async def test_a_pass_that_is_being_made_in_time_is_not_told_as_late() -> None:
    world, _ = await reach(State.ISSUING)
    await wake_due(world.worker)
    assert {each.value for each in world.telemetry.metrics if each.metric is Metric.ISSUING_AGE} == {0}


async def test_nothing_that_is_told_of_a_recovery_names_anybody_or_opens_anything() -> None:
    world = World()
    kept = heard(world)
    trouble = iter([True])

    async def fails_once(port: str, method: str) -> None:
        if (port, method) == ("directory", "facts") and next(trouble, False):
            raise UnavailableError(f"Graph GET user: 503 (request {GRAPHS_OWN})")

    world.storage.hooks.before = fails_once
    with kept.hearing():
        name = await world.apply(details=LOST, contact_email=people.TYPED)
        await get_approved(world, name)
        code = await obtain(world, name)
        world.register()
        await world.until(lambda: world.case(name).state is State.COMPLETED, timedelta(hours=1))
    told = kept.everything()
    links = [
        word.split("=", 1)[1]
        for mail in world.mailer.sent
        for word in mail.text.split()
        if "=" in word and word[-1] != "="
    ]

    assert {each.name for each in kept.spans} == {SpanName.ASK, SpanName.LOOK, SpanName.MAIL}
    assert {each.metric for each in kept.metrics} >= {Metric.TRANSITIONS, Metric.MAILS, Metric.INBOX_SIZE}
    said = [str(each["body"]) for each in kept.logs]
    assert said
    assert all(each.startswith("put off") for each in said), "a look failed, as at a field that was refused"
    assert GRAPHS_OWN not in told, "the text of an error"
    assert name in told
    assert personal_in(told, world) == []
    assert str(code) not in told
    assert links
    assert not [each for each in links if each in told]
    assert f'"{OTHER}"' not in told, (
        "a value did not fit its field: the list is wrong, or the place where it is told"
    )


def test_the_page_names_every_field_metric_and_span() -> None:
    """Whoever adds a field has to say what it is for, and a reviewer sees it."""
    table = {line.split("`")[1] for line in _PAGE.splitlines() if line.startswith("| `")}

    assert table == {*FIELDS, *Metric, *SpanName}


@pytest.mark.parametrize("queue", [*names.LANES, names.QUEUE_REPORTS])
def test_every_queue_is_a_lane_that_may_be_told(queue: str) -> None:
    assert FIELDS["lane"].fullmatch(queue)


@pytest.mark.parametrize(
    "word", ["subject", "upn", "oid", "mail", "address", "name", "token", "pass", "link", "url"]
)
def test_no_field_has_a_name_of_what_must_not_go_out(word: str) -> None:
    assert word not in FIELDS


def test_every_field_that_is_told_is_in_the_list() -> None:
    """At the place of the call, so that a field on a road that no test takes is seen too."""
    told = [
        (f"{named(path)}:{call.lineno}", str(each.arg))
        for path in python_files(*SHIPPED)
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and (
            call.func.attr == "tell"
            or (
                call.func.attr in {"span", "count", "measure"}
                and dotted(call.func.value).endswith("telemetry")
            )
        )
        for each in call.keywords
        if each.arg not in {"trace", "links"}
    ]

    assert len(told) > 15
    assert [(place, name) for place, name in told if name not in FIELDS] == []


_NEVER = (
    "set_tracer_provider",
    "set_meter_provider",
    "set_logger_provider",
    "opentelemetry.instrumentation",
    "configure_azure_monitor",
)


def test_nothing_is_instrumented_by_a_library() -> None:
    """Such spans hold addresses; and a provider that is global would be used by Graph's SDK."""
    for path in python_files(*SHIPPED):
        text = path.read_text("utf-8")
        for word in _NEVER:
            assert word not in text, named(path)

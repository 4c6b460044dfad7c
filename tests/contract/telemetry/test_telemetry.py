"""Spans, counts and fields: the shipped adapter and the fake, held by the same tests."""

import logging

import pytest

from shared.adapters.no_telemetry import NoTelemetry
from shared.ports import Telemetry, UnavailableError
from shared.ports.telemetry import FIELDS, OTHER, FieldRefusedError, Metric, SpanName, is_trace
from tests.contract.telemetry.outlets import KeptOutlets
from tests.fakes.recording_telemetry import Recorded, RecordedSpan, RecordingTelemetry

CASE = "0123456789abcdef0123456789abcdef"
FIRST = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
ANOTHER = "00-" + "c" * 32 + "-" + "d" * 16 + "-01"


class Kept:
    """One implementation, and what it told."""

    def __init__(self, name: str, *, strict: bool) -> None:
        self._kept: KeptOutlets | RecordingTelemetry
        if name == "shipped":
            self._kept = KeptOutlets(strict=strict)
            self.telemetry: Telemetry = self._kept.telemetry
        else:
            self._kept = self.telemetry = RecordingTelemetry(strict=strict)

    @property
    def spans(self) -> list[RecordedSpan]:
        return self._kept.spans

    @property
    def metrics(self) -> list[Recorded]:
        return self._kept.metrics


@pytest.fixture(params=["shipped", "fake"])
def kept(request: pytest.FixtureRequest) -> Kept:
    return Kept(request.param, strict=True)


@pytest.fixture(params=["shipped", "fake"])
def lenient(request: pytest.FixtureRequest) -> Kept:
    return Kept(request.param, strict=False)


def test_a_span_within_another_belongs_to_it(kept: Kept) -> None:
    with kept.telemetry.span(SpanName.DOOR, door="apply"), kept.telemetry.span(SpanName.ASK):
        pass
    ask, door = kept.spans

    assert (ask.trace, ask.parent) == (door.trace, door.id)
    assert (door.parent, door.fields) == ("", {"door": "apply"})


def test_a_span_continues_the_trace_it_is_given_wherever_it_takes_place(kept: Kept) -> None:
    with (
        kept.telemetry.span(SpanName.DOOR),
        kept.telemetry.span(SpanName.LOOK, trace=FIRST, links=(ANOTHER,)),
    ):
        pass
    look = kept.spans[0]

    assert (look.trace, look.parent, look.links) == ("a" * 32, "b" * 16, (ANOTHER,))


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", FIRST.upper(), FIRST + "-x", "00-" + "0" * 32 + FIRST[35:], FIRST.replace("00-", "ff-")],
)
def test_a_trace_that_is_none_begins_a_new_one(kept: Kept, text: str) -> None:
    with kept.telemetry.span(SpanName.LOOK, trace=text, links=(text,)):
        pass
    (look,) = kept.spans

    assert not is_trace(text)
    assert (look.parent, look.links) == ("", ())


def test_the_context_that_is_kept_leads_back(kept: Kept) -> None:
    with kept.telemetry.span(SpanName.ASK):
        here = kept.telemetry.here()
    with kept.telemetry.span(SpanName.LOOK, trace=here):
        pass
    ask, look = kept.spans

    assert is_trace(here)
    assert (look.trace, look.parent) == (ask.trace, ask.id)
    assert kept.telemetry.here() == ""


def test_an_error_is_told_by_its_class_and_goes_on(kept: Kept) -> None:
    with pytest.raises(UnavailableError), kept.telemetry.span(SpanName.LOOK):
        raise UnavailableError("of hanako@u.example")
    (look,) = kept.spans

    assert look.failed
    assert look.fields == {"error": "UnavailableError"}


def test_what_is_found_out_meanwhile_is_added(kept: Kept) -> None:
    with kept.telemetry.span(SpanName.LOOK, application=CASE) as span:
        span.tell(state="held", steps="3")

    assert kept.spans[0].fields == {"application": CASE, "state": "held", "steps": "3"}


def test_counts_and_measures_are_told_with_their_fields(kept: Kept) -> None:
    kept.telemetry.count(Metric.REQUESTS, kind="submit")
    kept.telemetry.measure(Metric.INBOX_AGE, 3.0)
    kept.telemetry.measure(Metric.TIME_IN_STATE, 60.0, left="held", channel="website")
    told = {each.metric: (each.value, each.fields) for each in kept.metrics}

    assert told == {
        Metric.REQUESTS: (1, {"kind": "submit"}),
        Metric.INBOX_AGE: (3.0, {}),
        Metric.TIME_IN_STATE: (60.0, {"left": "held", "channel": "website"}),
    }


@pytest.mark.parametrize("name", ["subject", "upn", "email", "name", "token", "url", "reference"])
def test_a_field_that_is_not_in_the_list_is_refused_in_tests(kept: Kept, name: str) -> None:
    with (
        pytest.raises(FieldRefusedError),
        kept.telemetry.span(SpanName.LOOK, trace="", links=(), **{name: "x"}),
    ):
        pass
    with pytest.raises(FieldRefusedError), kept.telemetry.span(SpanName.LOOK) as span:
        span.tell(**{name: "x"})
    with pytest.raises(FieldRefusedError):
        kept.telemetry.count(Metric.LOOKS, 1, **{name: "x"})


def test_a_case_is_no_series_of_a_metric(kept: Kept) -> None:
    with pytest.raises(FieldRefusedError):
        kept.telemetry.count(Metric.LOOKS, application=CASE)


def test_in_the_cloud_such_a_field_is_dropped_and_nobody_fails(lenient: Kept) -> None:
    with lenient.telemetry.span(SpanName.LOOK, upn="hanako@u.example", state="held") as span:
        span.tell(name="Hanako")
    lenient.telemetry.count(Metric.LOOKS, 1, application=CASE, state="held")

    assert lenient.spans[0].fields == {"state": "held"}
    assert lenient.metrics[0].fields == {"state": "held"}


PERSONAL = {
    "user name": "hanako@u.example",
    "object id": "9f2c1f0e-2b5e-4c51-9d0a-6a1f5b3c7d21",
    "name": "東大 花子",
    "name in Latin letters": "Hanako Todai",
    "pass": "F+q4Zk9-",
    "token": "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxIn0.c2ln",
    "link": "/review/review~abcdefghijklmnopqrstuvwxyz",
    "number": "+81 90-1234-5678",
    "student number": "0123456789",
}


@pytest.mark.parametrize("what", PERSONAL)
@pytest.mark.parametrize("name", FIELDS)
def test_no_field_takes_what_tells_of_a_person(lenient: Kept, name: str, what: str) -> None:
    """Whoever puts it into a field that may go out has put in the word ``other``."""
    with lenient.telemetry.span(SpanName.LOOK, trace="", links=(), **{name: PERSONAL[what]}):
        pass

    assert lenient.spans[0].fields == {name: OTHER}


def test_silence_loads_nothing_and_keeps_nothing() -> None:
    silent = NoTelemetry()
    with silent.span(SpanName.LOOK, application=CASE) as span:
        span.tell(state="held")
        assert silent.here() == ""
    silent.count(Metric.LOOKS)
    silent.measure(Metric.INBOX_SIZE, 1)


def test_a_log_line_goes_out_with_its_trace_and_the_fields_of_the_list() -> None:
    kept = KeptOutlets()
    log = logging.getLogger("shared.services.look_at")
    with kept.hearing(), kept.telemetry.span(SpanName.LOOK, trace=FIRST):
        log.warning("put off: %s", "UnavailableError", extra={"application": CASE})
    (line,) = kept.logs

    assert line["body"] == "put off: UnavailableError"
    assert line["severity_text"] == "WARNING"
    assert line["attributes"] == {"logger": "shared.services.look_at", "application": CASE}
    assert line["trace_id"] == "0x" + "a" * 32


def test_a_log_line_s_other_fields_are_refused_in_tests_and_dropped_otherwise() -> None:
    log = logging.getLogger("shared.services.look_at")
    with KeptOutlets().hearing(), pytest.raises(FieldRefusedError):
        log.warning("put off", extra={"upn": "hanako@u.example"})
    kept = KeptOutlets(strict=False)
    with kept.hearing():
        log.warning("put off", extra={"upn": "hanako@u.example"})

    assert kept.logs[0]["attributes"] == {"logger": "shared.services.look_at"}


def test_an_error_s_text_stays_here() -> None:
    kept = KeptOutlets()
    with pytest.raises(UnavailableError), kept.telemetry.span(SpanName.LOOK):
        raise UnavailableError("of hanako@u.example")

    assert "UnavailableError" in kept.everything()
    assert "hanako" not in kept.everything()


def test_a_traceback_stays_here() -> None:
    """Its text could hold what somebody typed."""
    kept = KeptOutlets()
    with kept.hearing():
        logging.getLogger("shared.services.look_at").warning(
            "put off", exc_info=ValueError("hanako@u.example")
        )

    assert "hanako" not in kept.everything()
    assert "put off" in kept.everything()

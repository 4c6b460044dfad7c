"""The chain of the audit trail: whatever is done to it is found, and named."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from shared.domain import audit
from shared.domain.application import Application, note
from shared.domain.audit import AuditHead, Break, BrokenLink, Trail
from shared.domain.events import Event, EventKind, Party
from shared.domain.states import State
from tests.unit.domain.cases import ID, NOW, case_in

_KINDS = (
    EventKind.SUBMITTED,
    EventKind.REVIEW_OPENED,
    EventKind.APPROVED,
    EventKind.PASS_REQUESTED,
    EventKind.PASS_ISSUED,
    EventKind.COMPLETED,
)
_CLAIM = _KINDS.index(EventKind.PASS_REQUESTED) + 1


def _begun() -> Application:
    return case_in(State.SUBMITTED, events=0, salt="salt")


def _trail(*heads: int, application: Application | None = None) -> Trail:
    """Six events, with heads at these numbers."""
    case = application or _begun()
    events: tuple[Event, ...] = ()
    for minutes, kind in enumerate(_KINDS):
        change = note(
            case, kind, NOW + timedelta(minutes=minutes), party=Party.REVIEWER, actor="rei", round="1"
        )
        case, events = change.application, events + change.events
    kept = tuple(AuditHead(ID, each, events[each - 1].hash) for each in heads)
    return Trail(ID, events, case.events, case.chain, kept)


def _events(trail: Trail) -> list[Event]:
    """The events, each of which can be read."""
    return [each for each in trail.events if each is not None]


def _changed(trail: Trail, number: int, **differs: object) -> Trail:
    """One event is altered, its hash left as it was."""
    events = list(_events(trail))
    events[number - 1] = replace(events[number - 1], **differs)  # type: ignore[arg-type]  # fields of Event
    return replace(trail, events=tuple(events))


def _rewritten(trail: Trail, number: int) -> Trail:
    """Somebody who knows how hashes are made alters an event and makes the whole rest anew, the case's row too."""
    events, previous = list(_events(trail)[: number - 1]), ""
    for each in _events(trail)[number - 1 :]:
        previous = events[-1].hash if events else ""
        actor = "mallory" if each.number == number else each.actor
        forged = replace(each, actor=actor, hash="")
        events.append(audit.linked(ID, forged, number=each.number, previous=previous))
    return replace(trail, events=tuple(events), chain=events[-1].hash)


def _what(trail: Trail) -> tuple[int, Break] | None:
    broken = audit.verify(trail).broken
    return (broken.number, broken.what) if broken else None


def test_a_trail_that_nobody_touched_is_sound() -> None:
    verdict = audit.verify(_trail(_CLAIM, 5))

    assert verdict == audit.Verdict(ID, events=6, unchained=0, kept_to=5)


@pytest.mark.parametrize(
    "differs",
    [
        {"kind": EventKind.REJECTED},
        {"at": NOW},
        {"party": Party.OPERATOR},
        {"state": State.APPROVED},
        {"actor": "ren"},
        {"detail": {"round": "2"}},
        {"previous": "0" * 64},
        {"hash": "0" * 64},
    ],
    ids=lambda differs: next(iter(differs)),
)
def test_a_changed_event_is_named_whatever_was_changed(differs: dict[str, object]) -> None:
    assert _what(_changed(_trail(_CLAIM), 2, **differs)) == (2, Break.CHANGED)


def test_an_event_of_another_case_does_not_fit() -> None:
    other = note(replace(_begun(), id="f" * 32), EventKind.SUBMITTED, NOW).events[0]
    trail = _trail(_CLAIM)

    assert _what(replace(trail, events=(other, *_events(trail)[1:]))) == (1, Break.CHANGED)


def test_a_missing_event_is_named() -> None:
    trail = _trail(_CLAIM)
    without = (*_events(trail)[:2], *_events(trail)[3:])

    assert _what(replace(trail, events=without)) == (3, Break.MISSING)


def test_two_events_that_changed_places_are_named() -> None:
    trail = _trail(_CLAIM)
    first, second, third, *rest = _events(trail)

    assert _what(replace(trail, events=(first, third, second, *rest))) == (2, Break.REORDERED)


@pytest.mark.parametrize("chained", [True, False])
def test_an_inserted_event_is_named(chained: bool) -> None:  # noqa: FBT001
    trail = _trail(_CLAIM)
    extra = _events(trail)[1] if chained else replace(_events(trail)[1], number=0, previous="", hash="")

    assert _what(replace(trail, events=(*_events(trail)[:2], extra, *_events(trail)[2:]))) == (
        3,
        Break.INSERTED,
    )


def test_an_event_that_the_case_does_not_count_is_named() -> None:
    trail = _trail(_CLAIM)

    assert _what(replace(trail, counted=5, chain=_events(trail)[4].hash)) == (6, Break.INSERTED)


def test_events_taken_from_the_end_are_missed_by_the_case_itself() -> None:
    trail = _trail(_CLAIM)

    assert _what(replace(trail, events=tuple(_events(trail)[:5]))) == (6, Break.TRUNCATED)


def test_events_taken_from_the_end_are_missed_by_the_head_though_the_case_was_altered_too() -> None:
    trail = _trail(_CLAIM, 6)
    shorter = replace(trail, events=tuple(_events(trail)[:4]), counted=4, chain=_events(trail)[3].hash)

    assert _what(shorter) == (5, Break.TRUNCATED)


def test_a_case_that_is_gone_is_missed_by_its_heads() -> None:
    assert _what(Trail(ID, (), 0, "", _trail(_CLAIM).heads)) == (1, Break.TRUNCATED)


def test_the_last_event_made_anew_is_found_by_the_case() -> None:
    trail = _trail(_CLAIM)
    forged = audit.linked(
        ID, replace(_events(trail)[5], actor="mallory"), number=6, previous=_events(trail)[4].hash
    )

    assert _what(replace(trail, events=(*_events(trail)[:5], forged))) == (6, Break.CHANGED)


def test_an_event_made_anew_is_found_by_the_next_one() -> None:
    trail = _trail(_CLAIM)
    forged = audit.linked(
        ID, replace(_events(trail)[1], actor="mallory"), number=2, previous=_events(trail)[0].hash
    )

    assert _what(replace(trail, events=(_events(trail)[0], forged, *_events(trail)[2:]))) == (
        2,
        Break.CHANGED,
    )


def test_a_trail_rewritten_from_an_event_on_is_found_by_the_first_head_after_it() -> None:
    assert _what(_rewritten(_trail(1, _CLAIM, 6), 2)) == (_CLAIM, Break.CHANGED)
    assert _what(_rewritten(_trail(1, _CLAIM, 6), 5)) == (6, Break.CHANGED)


def test_a_head_that_says_something_else_although_a_later_one_agrees_was_changed_itself() -> None:
    trail = _trail(_CLAIM, 6)
    heads = (AuditHead(ID, 2, "0" * 64), *trail.heads)

    assert _what(replace(trail, heads=heads)) == (2, Break.HEAD_CHANGED)


def test_a_pass_whose_claim_was_not_kept_before_is_named() -> None:
    assert _what(_trail(6)) == (_CLAIM, Break.NO_RECORD)
    assert _what(_trail(3, 5)) == (_CLAIM, Break.NO_RECORD)


def test_the_first_of_two_broken_links_is_named() -> None:
    twice = _changed(_changed(_trail(_CLAIM), 5, actor="x"), 2, actor="x")

    assert audit.verify(twice).broken == BrokenLink(ID, 2, Break.CHANGED)


def test_a_case_from_before_there_was_a_chain_begins_it_with_its_next_event() -> None:
    old = tuple(Event(EventKind.HELD, NOW, Party.SYSTEM, State.HELD) for _ in range(3))
    later = note(case_in(State.HELD, events=3), EventKind.REVIEW_OPENED, NOW)
    trail = Trail(ID, old + later.events, 4, later.application.chain)

    assert audit.verify(trail) == audit.Verdict(ID, events=4, unchained=3, kept_to=0)
    assert later.events[0].previous == ""


def test_hashes_taken_off_the_oldest_events_are_missed() -> None:
    trail = _trail(_CLAIM)
    bare = replace(_events(trail)[0], number=0, previous="", hash="")

    assert _what(replace(trail, events=(bare, *_events(trail)[1:]))) == (1, Break.CHANGED)


def test_a_hash_is_made_as_the_documentation_says() -> None:
    line = audit.line_of(ID, _events(_trail())[1])
    said = line.pop("hash")
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    assert said == sha256(text.encode()).hexdigest()
    assert list(line) == [
        "application", "number", "kind", "at", "party", "state", "actor", "detail", "previous",
    ]  # fmt: skip


def test_the_person_is_named_by_a_mark_that_says_nothing_without_the_salt() -> None:
    case = _begun()
    own = note(case, EventKind.PASS_SHOWN, NOW, party=Party.APPLICANT, actor=case.subject).events[0]
    again = note(case, EventKind.PASS_SHOWN, NOW, party=Party.APPLICANT, actor=case.subject).events[0]
    elsewhere = note(
        replace(case, salt="other"), EventKind.PASS_SHOWN, NOW, party=Party.APPLICANT, actor=case.subject
    )

    assert own.actor == again.actor == audit.mark_of(case.subject, "salt")
    assert case.subject not in own.actor
    assert elsewhere.events[0].actor != own.actor


def test_without_a_salt_the_person_is_not_named_at_all() -> None:
    case = replace(_begun(), salt="")

    assert (
        note(case, EventKind.PASS_SHOWN, NOW, party=Party.APPLICANT, actor=case.subject).events[0].actor == ""
    )


def test_staff_are_named_by_object_id_unless_they_are_the_person_the_case_is_about() -> None:
    case = _begun()

    assert (
        note(case, EventKind.APPROVED_ONCE, NOW, party=Party.REVIEWER, actor="rei").events[0].actor == "rei"
    )
    own = note(case, EventKind.VOUCHED, NOW, party=Party.CLERK, actor=case.subject).events[0].actor
    assert own == audit.mark_of(case.subject, "salt")

"""The invariants that hold when everything has come to rest: faults are over, and days have passed.

They are asked of every run, after the people stopped pressing buttons.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.domain.application import Application
from shared.domain.events import Event, EventKind
from shared.domain.kinds import Channel
from shared.domain.mails import MailKind, MailState
from shared.domain.next_step import ORPHAN_PHOTO_AFTER
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import Snapshot
from tests.simulation.at_audit import the_trail_holds
from tests.simulation.at_blocks import (
    a_not_me_blocks,
    blocks_are_lifted_by_people,
    the_switch_is_turned_by_operators,
)
from tests.simulation.at_erasures import nothing_of_a_person_is_left
from tests.simulation.book import Made

if TYPE_CHECKING:
    from tests.simulation.world import World

_WAITS_FOR: Final = {
    State.IN_REVIEW: (MailKind.REVIEW, MailKind.REVIEW_REMINDER),
    State.RETURNED: (MailKind.RETURNED,),
    State.APPROVED: (MailKind.PICKUP, MailKind.VERIFY_AGAIN, MailKind.SLIP_PRINTED),
    State.ATTENTION: (MailKind.OPERATOR_ALERT,),
}
"""Whom a case may wait for at the end, and the mail with which they were told."""
_OVERLAP: Final = 15.0
"""Seconds that one look may take: two at the same moment may both send a mail, with the same operation id."""
_DEAD: Final = frozenset(
    {
        EventKind.PASS_FOUND_DEAD,
        EventKind.PASS_FOUND_FOREIGN,
        EventKind.PASS_NOT_ISSUED,
        EventKind.STOPPING_STARTED,
        EventKind.COMPLETED,
        EventKind.ATTENTION_NEEDED,
    }
)
"""Events after which the person is shown that this pass is over."""


def every_application_is_accounted_for(world: "World") -> Iterable[str]:
    """Every application is over, or waits for a named person who was told."""
    for name in world.book.asked:
        if world.storage.applications.peek(name) is None:
            yield f"{name[:6]} was accepted, and there is no such case"
    for snapshot in _all(world):
        case = snapshot.application
        if case.terminal:
            continue
        kinds = _WAITS_FOR.get(case.state)
        if kinds is None:
            yield f"{case.id[:6]} ({case.channel.value}) is {case.state.value} at the end"
        elif case.state is State.APPROVED and _at_once_by_card(snapshot):
            continue  # the person has the page before them
        elif not any(
            each.kind in kinds and each.state is MailState.SENT for each in snapshot.mails
        ) and not _in_the_hand(snapshot):
            yield f"{case.id[:6]} is {case.state.value}, and nobody was told"


def _at_once_by_card(snapshot: Snapshot) -> bool:
    by_card = snapshot.application.channel is Channel.IDENTITY_VERIFICATION
    return by_card and all(each.kind is not EventKind.COOLING_OFF_STARTED for each in snapshot.events)


def _in_the_hand(snapshot: Snapshot) -> bool:
    """Whether every address refused the mail, and the person is given the slip at the counter: its clerk has it on their list."""
    wanted = _WAITS_FOR[snapshot.application.state]
    mine = [each for each in snapshot.mails if each.kind in wanted]
    at_office = snapshot.application.channel is Channel.OFFICE
    return at_office and all(each.state is MailState.REFUSED for each in mine)


def nothing_waits_in_the_inbox(world: "World") -> Iterable[str]:
    """Every request was answered and erased, what forgers wrote included; a malformed application waits for an operator."""
    kept = {each.text for each in world.storage.poison._rows.values()}
    for each in world.storage.inbox.rows():
        if not (each.kind is RequestKind.SUBMIT and each.application in kept):
            yield f"{each.kind.value} of {each.application[:6]} is still in the inbox"


def every_mail_was_sent(world: "World") -> Iterable[str]:
    """A mail owed reached the mail service at least once (or was refused, or its state is past); once if nothing went wrong."""
    for snapshot in _all(world):
        name = snapshot.application.id
        for each in snapshot.mails:
            if each.state is MailState.OWED:
                yield f"{each.kind.value} of {name[:6]} to {each.to} is still owed"
            elif each.state is MailState.SENT:
                what = f"{each.kind.value} {name} {each.round}"
                sent = [
                    one
                    for one in world.book.sendings.get((each.to, f"{each.kind.value} {name}"), ())
                    if one.subject == what
                ]
                if not sent:
                    yield f"{each.kind.value} of {name[:6]} to {each.to} is called sent, and was not"
                elif len(sent) > 1 and world.calm and sent[-1].at - sent[0].at < _OVERLAP:
                    world.book.residue["mail doubled by two looks at the same moment"] += 1
                elif len(sent) > 1 and world.calm:
                    yield f"{each.kind.value} of {name[:6]} to {each.to} went out {len(sent)} times on a calm day"


def a_shown_pass_is_live(world: "World") -> Iterable[str]:
    """The pass that somebody saw was the live one, or the person was told to ask again."""
    for shown in world.book.shown:
        if shown.live:
            continue
        snapshot = world.storage.applications.peek(shown.application)
        made = next((each for each in world.book.made.values() if each.code == shown.code), None)
        if made is None or not _told(world, snapshot.events if snapshot else (), made):
            yield f"a dead pass of {shown.application[:6]} was shown, and nobody was told"


def _told(world: "World", events: tuple[Event, ...], made: Made) -> bool:
    """Whether the person was told within the pass's life that it is over; later only if no worker or no Graph was there."""
    hour = made.at + 3600.0
    late = world.machines.nobody_between(made.at, hour) or any(
        began < hour and over > made.at for began, over in world.trouble.outages
    )
    told = _DEAD if late or made.subject in world.book.foreign else _DEAD - {EventKind.PASS_FOUND_DEAD}
    slack = timedelta(seconds=world.tolerance)
    start = world.start + timedelta(seconds=made.at) - slack
    end = start + timedelta(days=1 if late else 0, minutes=60, seconds=1) + 2 * slack
    return any(each.kind in told and start <= each.at < end for each in events)


def no_pass_outlives_its_case(world: "World") -> Iterable[str]:
    """No pass of a case that is over is alive, unless it was made after its claim had run out (a pause without bounds)."""
    for made in world.book.made.values():
        live = world.graph.live(made.subject)
        found = world.storage.applications.peek(made.application)
        if live is None or live.id != made.id or found is None or not found.application.terminal:
            continue
        yield f"{made.application[:6]} is {found.application.state.value}, and a pass of it is alive"


def nobody_can_read_the_pass(world: "World") -> Iterable[str]:
    """A readable pass is in Graph and in the browser and nowhere else."""
    codes = world.book.codes
    if not codes:
        return
    kept = world.storage
    things = [
        *world.book.written,
        *_all(world),
        kept.inbox.rows(),
        kept.due_rows.rows,
        kept.locks._rows,
        kept.poison._rows,
        kept.accesses._rows,
        kept.budgets._budget,
        world.book.records,
    ]
    for each in things:
        text = repr(each)
        if "&+!" in text and any(code in text for code in codes):
            yield f"a code is in {type(each).__name__}: {text[:80]}"


def nothing_outlives_its_time(world: "World") -> Iterable[str]:
    """Photos go when their time has come, those that nobody claimed too; what was sealed goes with the case."""
    photos = {
        each.application.photo.name: each.application.photo for each in _all(world) if each.application.photo
    }
    late = world.now() - timedelta(minutes=2) - timedelta(seconds=world.tolerance)
    for name in world.storage.photos.blobs:
        photo = photos.get(name)
        if photo is None and _came_too_late(world, name):
            world.book.residue["photo stored by a web process that had stood still for half an hour"] += 1
        elif photo is None:
            yield f"photo {name[:6]} belongs to nobody"
        elif photo.erased_at is not None or (photo.erase_at is not None and photo.erase_at < late):
            yield f"photo {name[:6]} was to be erased at {photo.erase_at}"
    for snapshot in _all(world):
        current = snapshot.application.current_pass
        if current is not None and current.sealed and snapshot.application.terminal:
            yield f"the seal of {snapshot.application.id[:6]} is kept after its end"


def _came_too_late(world: "World", name: str) -> bool:
    """Whether a photo came when the row that said by when it must be claimed had run out already."""
    rows = [
        at
        for at, request in world.book.requests.values()
        if request.kind is RequestKind.STORED_PHOTO and request.body.get("photo") == name
    ]
    return bool(rows) and world.book.photos[name] - min(rows) > ORPHAN_PHOTO_AFTER.total_seconds() - 60.0


def due_rows_end(world: "World") -> Iterable[str]:
    """A due row belongs to a case for which there is something to do."""
    for each in world.storage.due_rows.rows.values():
        found = world.storage.applications.peek(each.application)
        case = found.application if found else None
        if case is None or (case.terminal and not _keeps_a_photo(case) and each.at < world.now()):
            yield f"a due row of {each.application[:6]} is left"


def _keeps_a_photo(case: Application) -> bool:
    return case.photo is not None and case.photo.erased_at is None


def no_lock_is_jammed(world: "World") -> Iterable[str]:
    """Whoever has no open application can apply; asked by ``run`` with one more application for each account."""
    for oid, name in world.probes.items():
        found = world.storage.applications.peek(name)
        if found is None:
            yield f"{oid} applied once more, and there is no such case"
            continue
        case = found.application
        held = world.storage.applications.peek(case.duplicate_of) if case.duplicate_of else None
        if case.state is State.SUBMITTED:
            yield f"{oid} applied once more, and nothing happened"
        elif case.duplicate_of and (held is None or not held.application.open):
            yield f"{oid} cannot apply: the lock is held by {case.duplicate_of[:6]}, which is over"


def _all(world: "World") -> list[Snapshot]:
    found = (world.storage.applications.peek(each) for each in world.storage.applications.ids())
    return [each for each in found if each is not None]


AT_REST: Final = (
    every_application_is_accounted_for,
    nothing_waits_in_the_inbox,
    every_mail_was_sent,
    a_shown_pass_is_live,
    no_pass_outlives_its_case,
    nothing_outlives_its_time,
    due_rows_end,
    the_trail_holds,
    nothing_of_a_person_is_left,
    a_not_me_blocks,
    blocks_are_lifted_by_people,
    the_switch_is_turned_by_operators,
)
"""Asked days after the last fault."""
AT_THE_VERY_END: Final = (no_lock_is_jammed, nobody_can_read_the_pass)
"""Asked after everybody applied once more."""

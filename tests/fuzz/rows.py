"""Rows of the inbox as a taken-over web process could write them: the worker must neither stumble nor believe."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from hypothesis import strategies as st

from shared.adapters import tables_inbox
from shared.domain.kinds import CardKind, Channel, DecisionKind, Language, Reason, ReasonCode
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State
from shared.domain.well_formed import well_formed
from shared.services.look_at import look_at
from shared.services.wake_due import wake_due
from tests.doors.house import House
from tests.fuzz.mutations import encodable, texts
from tests.fuzz.target import Target
from tests.unit import cards, people
from tests.unit.reaching import not_me, reach
from tests.unit.world import REAL, World

_K = RequestKind
_FIELDS: Final = (
    "channel", "subject", "account", "reason", "language", "details", "contact_email", "photo", "doubts",
    "source", "frontend", "decision",
    "reason_code", "message", "confirm_contact", "public_key", "session", "verification", "card", "face",
    "valid", "contact_confirmed", "clerk",
    "clerk_name", "reviewer", "sign_in", "poison", "row", "part", "slip", "asked", "seen",
)  # fmt: skip
_WORDS: Final = tuple(
    each.value for kind in (Channel, Reason, ReasonCode, DecisionKind, CardKind, Language) for each in kind
)
_TRUSTED: Final = frozenset(
    {
        _K.STORED_PHOTO,
        _K.PHOTO,
        _K.WITHDRAW,
        _K.NOT_ME,
        _K.MINE,
        _K.PICKUP,
        _K.SHOWN,
        _K.TROUBLE,
        _K.REGISTERED,
    }
)
"""What the web is trusted with, as the threat model says. All else, and each new kind, counts with a verified token only."""
_STARTS: Final = (State.IN_REVIEW, State.ATTENTION, State.APPROVED, State.COOLING_OFF, State.CANCELLED)
"""``CANCELLED``: by its owner, whose account is blocked since."""
_OTHER: Final = "d" * 32


_WELL_MADE: Final[tuple[tuple[RequestKind, dict[str, str]], ...]] = (
    (
        _K.DECISION,
        {"decision": "approve", "reason_code": "", "message": "", "reviewer": "rei", "name": "Rei"},
    ),
    (_K.CONFIRM, {"card": "student_card", "face": "on", "valid": "on", "reason": "lost", "language": "ja"}),
    (_K.RUN_AGAIN, {}),
    (_K.STOP, {}),
    (_K.LEAVE, {}),
    (_K.SLIP, {}),
    (_K.LINK, {"sign_in": "forged", "language": "ja"}),
    (_K.UNLINK, {"sign_in": "forged", "language": "ja"}),
)
"""Rows that only lack a token that verifies."""


@dataclass(frozen=True)
class Written:
    """One row, for the sample case or another name."""

    application: str
    kind: RequestKind
    slot: int
    body: dict[str, str]
    evidence: str
    received_at: datetime


def _rows() -> st.SearchStrategy[list[Written]]:
    values = encodable(
        *_WORDS, people.STUDENT.oid, people.STUDENT.upn, "rei", "on", "f" * 32, "0" * 64, "CASE"
    )
    good = st.sampled_from(
        [
            {"decision": "approve", "reason_code": "", "message": "", "reviewer": "rei", "name": "Rei"},
            {
                "card": "student_card",
                "face": "on",
                "valid": "on",
                "reason": "lost",
                "language": "ja",
                "contact_email": "",
            },
            {"channel": "office", "account": people.STUDENT.upn, "reason": "lost", "language": "ja"},
            {"channel": "identity_verification", "reason": "lost", "language": "ja"},
            {
                "channel": "form",
                "account": people.STUDENT.upn,
                "source": "0" * 64,
                "reason": "lost",
                "language": "ja",
            },
            {"sign_in": "forged", "language": "ja"},
            {"source": "0" * 64},
            {},
        ]
    )
    body = st.tuples(good, st.dictionaries(st.sampled_from(_FIELDS), values, max_size=4)).map(
        lambda two: two[0] | two[1]
    )
    at = st.one_of(st.just(REAL), st.just(REAL), st.just(REAL), st.datetimes(timezones=st.just(UTC)))
    slot = st.one_of(
        st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.integers(-(2**63), 2**63 - 1)
    )
    names = st.sampled_from(
        ["CASE", "CASE", "CASE", "CASE", "CASE", "CASE", _OTHER, "0" * 32, "", "x", "a/b", "CASE:x"]
    )
    kinds = st.sampled_from(sorted(set(_K) - _TRUSTED))
    evidence = st.one_of(
        st.sampled_from(["", "forged", "e30.e30.", "token-1-of-rei-forged"]),
        st.text(max_size=20),
        st.just("t" * 9_000),
    )
    odd = st.tuples(names, kinds, slot, body, evidence, at)
    made = st.sampled_from(_WELL_MADE).flatmap(
        lambda two: st.tuples(
            st.just("CASE"),
            st.just(two[0]),
            st.integers(0, 3),
            st.just(two[1]),
            st.just("forged"),
            st.just(REAL),
        )
    )
    row = st.one_of(odd, made).map(lambda parts: Written(*parts))
    return st.lists(row, min_size=1, max_size=5)


async def _look(house: House, sent: tuple[State, list[Written]]) -> bool:
    """No row jams the loop, none without evidence moves the case, and a bystander is served as if nothing had been written."""
    del house
    start, written = sent
    world, name = await _begun(start)
    await cards.has_link(world)
    link = await world.storage.card_links.by_account(people.STUDENT.oid)
    before, passes = world.case(name), world.live_pass
    for each in written:
        _write(world, name, each)
    good = any(well_formed(each) for each in await world.storage.inbox.everything())
    bystander = await _bystander(world)
    for _ in range(3):
        await wake_due(world.worker)
        for application in (name, _OTHER):
            await look_at(application, world.worker)
        await world.run()
    after = world.case(name)
    assert world.case(bystander).state is State.IN_REVIEW, "somebody else was kept waiting"
    submitted = any(each.kind is _K.SUBMIT for each in written)
    allowed = {start, State.APPROVED} if start is State.COOLING_OFF else {start}
    assert after.state in allowed, (start, after.state)
    assert (after.approvals, after.clerk, after.vouched) == (before.approvals, before.clerk, before.vouched)
    assert (after.attempts, world.live_pass) == (before.attempts, passes)
    assert not await world.storage.card_links.by_card(cards.OTHER_CARD)
    assert await world.storage.card_links.by_account(people.STUDENT.oid) == link
    lock = await world.storage.locks.read(people.STUDENT.oid)
    assert (lock is not None and lock.blocked) == (start is State.CANCELLED)
    for application in world.storage.applications.ids():
        case = world.case(application)
        if application not in {name, bystander}:
            assert submitted
            assert case.state in {State.REJECTED, State.CANCELLED, State.IN_REVIEW}, case.state
            assert not case.approvals
            assert (
                case.channel is Channel.FORM
                or case.state is not State.IN_REVIEW
                or case.channel is Channel.WEBSITE
            )
    return good


async def _begun(start: State) -> tuple[World, str]:
    if start is not State.CANCELLED:
        return await reach(start)
    world, name = await reach(State.IN_REVIEW)
    await not_me(world, name)
    return world, name


def _write(world: World, name: str, each: Written) -> None:
    """Past the port, as whoever holds the storage's key could; storage stamps the row all the same."""
    application = each.application.replace("CASE", name)
    body = {key: value.replace("CASE", name) for key, value in each.body.items()}
    if each.kind is _K.UNREADABLE:
        body |= {"part": "p0", "row": f"{application}:{body.get('row', 'decision')}"}
    row = Request(application, each.kind, each.slot, each.received_at, body, each.evidence, REAL)
    world.storage.inbox._rows[application, row.key] = row


async def _bystander(world: World) -> str:
    """Another student, who applies like anybody."""
    world.graph.add(people.account("taro"), people.PASSWORD)
    return await world.apply(subject="taro", nonce="bystander")


# --- rows as storage gives them back --------------------------------------------------------------------


def _read_row(house: House, row: dict[str, Any]) -> bool:
    """A request, or one that is named unreadable and can be erased by its keys."""
    del house
    entity = _Entity(row)
    request = tables_inbox._read(cast("Any", entity))
    if request.kind is RequestKind.UNREADABLE:
        assert (request.body["part"], request.body["row"]) == (str(row["PartitionKey"]), str(row["RowKey"]))
        return False
    assert tables_inbox._keys(request) == (row["PartitionKey"], row["RowKey"])
    well_formed(request)
    return True


class _Entity(dict[str, Any]):
    """A row as the SDK gives it: a dictionary with the service's own stamp beside it."""

    metadata: Final = {"timestamp": datetime(2026, 1, 1, tzinfo=UTC)}


def _entities() -> st.SearchStrategy[dict[str, Any]]:
    good = Request("0" * 32, RequestKind.SUBMIT, 0, REAL, {"channel": "website"}, "", REAL)
    part, key = tables_inbox._keys(good)
    whole: dict[str, Any] = {
        "PartitionKey": part, "RowKey": key, "application": good.application, "kind": "submit", "slot": 0,
        "received_at": "2026-01-01T00:00:00+00:00", "body": '{"channel":"website"}', "evidence": "",
    }  # fmt: skip
    odd = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.binary(max_size=8),
        st.datetimes(),
        texts("{}", "[]", '{"a":1}', '{"a":"b"}', '{"a":"\\ud800"}', "submit", "unreadable"),
    )
    changes = st.dictionaries(
        st.sampled_from(["application", "kind", "slot", "received_at", "body", "evidence"]), odd, max_size=3
    )
    missing = st.sets(
        st.sampled_from(["application", "kind", "slot", "received_at", "body", "evidence"]), max_size=2
    )
    keys = st.one_of(st.just(key), texts("x", "::", f"{'0' * 32}:decision:0001"))

    def made(parts: tuple[dict[str, Any], set[str], str]) -> dict[str, Any]:
        row = whole | parts[0] | {"RowKey": parts[2]}
        return {name: value for name, value in row.items() if name not in parts[1]}

    return st.one_of(st.just(whole), st.tuples(changes, missing, keys).map(made))


TARGETS: Final = (
    Target("rows of a taken-over web", st.tuples(st.sampled_from(_STARTS), _rows()), _look, slowness=8),
    Target("rows of storage", _entities(), _read_row),
)

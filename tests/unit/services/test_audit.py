"""The auditor's door and command: whatever was done to a stored trail is named; who looked is on record before."""

import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from shared.adapters import codec
from shared.bootstrap.audit import main, report
from shared.domain.audit import Break, BrokenLink
from shared.domain.links import Purpose
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.services import read_audit, review_case, watch_cases
from shared.services.audit_ports import AuditPorts
from shared.services.read_audit import AuditOverview
from shared.services.refusals import Refusal, RefusedError
from shared.services.verify_audit import export_lines, names_of_all, verify_case
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.reaching import reach
from tests.unit.world import World

_DOCS = Path(__file__).parents[3] / "docs"


def _ports(world: World) -> AuditPorts:
    kept = world.storage
    return AuditPorts(all_cases=kept.all_cases, heads=kept.heads)


def _alter(world: World, name: str, number: int, **differs: object) -> None:
    """Somebody who can write the table alters a row."""
    rows = world.storage.applications._cases[name].rows
    event = codec.event_from(rows[f"event:{number:06d}"])
    rows[f"event:{number:06d}"] = codec.event_text(replace(event, **differs))  # type: ignore[arg-type]  # fields of Event


def _take_away(world: World, name: str, *numbers: int) -> None:
    rows = world.storage.applications._cases[name].rows
    for each in numbers:
        del rows[f"event:{each:06d}"]


async def _overview(world: World) -> AuditOverview:
    return await read_audit.show_overview(1, world.web)


async def test_the_overview_verifies_every_case_and_names_the_first_broken_link() -> None:
    world, name = await reach(State.APPROVED)
    assert [each.broken for each in (await _overview(world)).verdicts] == [None]

    _alter(world, name, 2, actor="mallory")
    found = await _overview(world)
    assert (found.total, found.first) == (1, 1)
    assert [each.broken for each in found.verdicts] == [BrokenLink(name, 2, Break.CHANGED)]


async def test_events_taken_from_the_end_are_missed() -> None:
    world, name = await reach(State.APPROVED)
    last = world.case(name).events
    _take_away(world, name, last)

    assert (await verify_case(name, _ports(world))).broken == BrokenLink(name, last, Break.TRUNCATED)


async def test_a_case_that_was_taken_away_whole_is_missed_by_its_heads() -> None:
    world, name = await reach(State.APPROVED)
    del world.storage.applications._cases[name]

    assert await names_of_all(_ports(world)) == [name]
    assert (await verify_case(name, _ports(world))).broken == BrokenLink(name, 1, Break.TRUNCATED)
    assert (await read_audit.show_trail(name, world.staff["aud"].identity, world.web)).application is None


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"kind": "no such kind"}'])
async def test_a_row_that_cannot_be_read_any_more_is_named_and_hides_no_other(text: str) -> None:
    world, name = await reach(State.APPROVED)
    last = world.case(name).events
    world.storage.applications._cases[name].rows["event:000002"] = text

    assert (await verify_case(name, _ports(world))).broken == BrokenLink(name, 2, Break.CHANGED)
    lines = (await read_audit.export_part(1, world.staff["aud"].identity, world.web)).splitlines()
    assert len(lines) == last
    assert json.loads(lines[1])["hash"] == ""


async def test_a_case_whose_own_row_cannot_be_read_is_named() -> None:
    world, name = await reach(State.APPROVED)
    last = world.case(name).events
    world.storage.applications._cases[name].app = "not json"

    assert (await verify_case(name, _ports(world))).broken == BrokenLink(name, last, Break.CHANGED)
    shown = await read_audit.show_trail(name, world.staff["aud"].identity, world.web)
    assert (shown.application, len(shown.trail.events)) == (None, last)


async def test_a_trail_that_grows_while_it_is_read_is_not_called_broken() -> None:
    """The heads are read first; then the person gets a pass; then the events are read, with a claim that no head had."""
    world, name = await reach(State.APPROVED)

    async def meanwhile() -> None:
        await world.pickup(name)

    world.seen.meanwhile("all_cases", "trail", meanwhile)
    assert (await verify_case(name, _ports(world))).broken is None


async def test_of_many_cases_each_page_verifies_its_own() -> None:
    world, name = await reach(State.APPROVED)
    rows = world.storage.applications._cases
    for number in range(read_audit.PAGE + 3):
        rows[f"{number:032x}"] = rows[name]

    first, second = await read_audit.show_overview(1, world.web), await read_audit.show_overview(2, world.web)
    assert (first.total, first.pages, len(first.verdicts)) == (read_audit.PAGE + 4, 2, read_audit.PAGE)
    assert (second.first, len(second.verdicts)) == (read_audit.PAGE + 1, 4)
    assert {each.application for each in first.verdicts}.isdisjoint(
        each.application for each in second.verdicts
    )
    for page in (0, -5, 99):
        assert (await read_audit.show_overview(page, world.web)).verdicts


async def test_a_copied_case_is_named() -> None:
    """A whole partition put in the place of another: its events are of another case."""
    world, name = await reach(State.APPROVED)
    rows = world.storage.applications._cases
    rows["0" * 32] = rows[name]

    assert (await verify_case("0" * 32, _ports(world))).broken == BrokenLink("0" * 32, 1, Break.CHANGED)


async def test_the_overview_of_nothing_is_empty() -> None:
    found = await _overview(World())

    assert (found.total, found.pages, found.parts, found.verdicts) == (0, 1, 1, ())


@pytest.mark.parametrize("name", ["", "audit", "0" * 31, "x" * 32, "f" * 32])
async def test_what_was_never_a_case_has_no_trail_and_leaves_no_record(name: str) -> None:
    world, _ = await reach(State.APPROVED)
    with pytest.raises(RefusedError) as refused:
        await read_audit.show_trail(name, world.staff["aud"].identity, world.web)

    assert refused.value.refusal is Refusal.NOT_FOUND
    assert ("accesses", "record") not in world.seen.calls


async def test_nobody_reads_the_trail_of_their_own_case() -> None:
    world, name = await reach(State.APPROVED)
    own = replace(world.staff["aud"].identity, oid=world.student)
    with pytest.raises(RefusedError) as refused:
        await read_audit.show_trail(name, own, world.web)

    assert refused.value.refusal is Refusal.OWN_CASE
    assert ("accesses", "record") not in world.seen.calls


async def test_who_looks_at_a_trail_is_on_record() -> None:
    world, name = await reach(State.APPROVED)
    found = await read_audit.show_trail(name, world.staff["aud"].identity, world.web)

    assert ("aud", "audit") in {(each.actor, each.what) for each in found.accesses}


async def test_who_exports_is_on_record_before_anything_is_given() -> None:
    world, name = await reach(State.APPROVED)
    auditor = world.staff["aud"].identity
    lines = await read_audit.export_part(1, auditor, world.web)

    assert len(lines.splitlines()) == world.case(name).events
    assert [(each.actor, each.what) for each in (await _overview(world)).exports] == [("aud", "export")]
    with pytest.raises(RefusedError):
        await read_audit.export_part(2, auditor, world.web)


@pytest.mark.parametrize("view", ["trail", "export", "case", "review", "photo"])
async def test_nothing_is_shown_to_staff_that_could_not_be_recorded(view: str) -> None:
    world, name = await reach(State.IN_REVIEW)
    world.seen.faults.append(Fault("accesses", "record", UnavailableError("no answer")))
    reviewer, auditor = world.staff["rei"].identity, world.staff["aud"].identity
    claims = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    shows: dict[str, Callable[[], Awaitable[object]]] = {
        "trail": lambda: read_audit.show_trail(name, auditor, world.web),
        "export": lambda: read_audit.export_part(1, auditor, world.web),
        "case": lambda: watch_cases.show_case(name, reviewer, world.web),
        "review": lambda: review_case.show_review(claims, reviewer, world.web),
        "photo": lambda: review_case.show_photo(claims, reviewer, world.web),
    }
    with pytest.raises(UnavailableError):
        await shows[view]()


async def test_every_look_of_staff_is_named_on_the_case_page() -> None:
    world, name = await reach(State.IN_REVIEW)
    reviewer = world.staff["rei"].identity
    claims = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    await review_case.show_review(claims, reviewer, world.web)
    await review_case.show_photo(claims, reviewer, world.web)
    seen = await watch_cases.show_case(name, world.staff["ope"].identity, world.web)

    assert [(each.actor, each.what) for each in seen.accesses] == [
        ("rei", "review"),
        ("rei", "photo"),
        ("ope", "case"),
    ]


async def test_an_export_can_be_verified_without_us() -> None:
    """By the algorithm of docs/audit.md, written here once more."""
    world, name = await reach(State.COMPLETED)
    previous = ""
    lines = [json.loads(each) async for each in export_lines([name], _ports(world))]
    assert len(lines) == world.case(name).events
    for number, line in enumerate(lines, start=1):
        said = line.pop("hash")
        text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        assert (line["number"], line["previous"]) == (number, previous)
        assert said == sha256(text.encode()).hexdigest()
        previous = said


def _run(program: str, file: Path) -> subprocess.CompletedProcess[str]:
    """The program, without anything of ours beside it."""
    return subprocess.run(
        [sys.executable, "-I", "-c", program, file], capture_output=True, text=True, check=False
    )


async def test_the_program_in_the_documentation_verifies_an_export(tmp_path: Path) -> None:
    world, name = await reach(State.COMPLETED)
    program = re.findall(r"```python\n(.*?)```", (_DOCS / "audit.md").read_text("utf-8"), re.DOTALL)[0]
    lines = [each async for each in export_lines([name], _ports(world))]
    altered = lines[2].replace('"reviewer"', '"operator"').replace('"system"', '"operator"')
    assert altered != lines[2]
    found = {}
    for what, text in {
        "sound": lines,
        "altered": [*lines[:2], altered, *lines[3:]],
        "missing": lines[:3] + lines[4:],
        "swapped": [lines[1], lines[0], *lines[2:]],
    }.items():
        file = tmp_path / f"{what}.jsonl"
        file.write_text("".join(text))
        done = _run(program, file)
        found[what] = (done.returncode, f"BROKEN {name}" in done.stdout)
        assert done.stderr == ""

    assert found == {"sound": (0, False), "altered": (1, True), "missing": (1, True), "swapped": (1, True)}


async def test_the_command_says_that_every_link_holds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    world, name = await reach(State.COMPLETED)
    file = tmp_path / "audit.jsonl"

    assert await report([], file, _ports(world)) == 0
    assert "every link holds" in capsys.readouterr().out
    assert len(file.read_text().splitlines()) == world.case(name).events


async def test_the_command_names_the_broken_link_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    world, name = await reach(State.COMPLETED)
    _alter(world, name, 3, at=world.clock.now() + timedelta(days=1))

    assert await report([], None, _ports(world)) == 1
    assert f"BROKEN application {name} event 3: changed" in capsys.readouterr().out


def test_the_command_says_what_it_lacks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RecordsStorage", "PhotosStorage"):
        for end in ("", "__tableServiceUri", "__blobServiceUri"):
            monkeypatch.delenv(name + end, raising=False)

    assert main([]) == 2
    assert "RecordsStorage" in capsys.readouterr().out

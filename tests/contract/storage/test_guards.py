"""Locks, switches, the mail budget, photos, the index of open cases, poison, accesses."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from shared import names
from shared.adapters.storage import Storage
from shared.adapters.tables_locks import TableMailBudgets
from shared.adapters.tables_switches import TableSwitches
from shared.domain.freezing import FreezeReason
from shared.domain.health import Finding, HealthCode, HealthReport, KeySeen
from shared.domain.mails import MailBudget
from shared.domain.surge import PassMeter
from shared.ports import Access, AccountLock, ConflictError, MissingError, Poison, StaleError
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id


async def test_a_lock_is_taken_once(ports: Ports) -> None:
    subject = fresh_id()
    assert await ports.locks.read(subject) is None
    results = await asyncio.gather(
        *(ports.locks.insert(subject, name) for name in ("app-1", "app-2")), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == ["ConflictError", "NoneType"]
    lock = await ports.locks.read(subject)
    assert lock is not None
    assert lock.application in {"app-1", "app-2"}
    assert lock.earlier == ()


async def test_a_lock_is_taken_over_by_its_version_and_remembers(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    first = await _lock(ports, subject)
    await ports.locks.replace(first, "app-2")
    with pytest.raises(StaleError):
        await ports.locks.replace(first, "app-3")
    second = await _lock(ports, subject)
    await ports.locks.replace(second, "app-3")
    third = await _lock(ports, subject)
    assert (third.application, third.earlier) == ("app-3", ("app-2", "app-1"))


async def test_writing_the_same_name_again_still_moves_the_version(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    first = await _lock(ports, subject)
    await ports.locks.replace(first, "app-1")
    with pytest.raises(StaleError):
        await ports.locks.replace(first, "app-2")
    second = await _lock(ports, subject)
    assert (second.application, second.earlier) == ("app-1", ())


async def test_a_lock_that_is_not_there_cannot_be_taken_over(ports: Ports) -> None:
    other = fresh_id()
    await ports.locks.insert(other, "app-1")
    gone = replace(await _lock(ports, other), subject=fresh_id())
    with pytest.raises(StaleError):
        await ports.locks.replace(gone, "app-2")


async def test_a_contest_once_written_stays_with_the_lock(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    first = await _lock(ports, subject)
    assert not first.contested
    await ports.locks.mark(replace(first, contested=True))
    second = await _lock(ports, subject)
    await ports.locks.replace(second, "app-2")
    third = await _lock(ports, subject)
    assert (third.application, third.contested) == ("app-2", True)


async def test_a_block_stays_with_the_lock_whoever_takes_it_over(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    first = await _lock(ports, subject)
    assert not first.blocked
    blocked = replace(first, contested=True, blocked_by=("app-1",), blocked_at=AT, lifted=("app-0",))
    await ports.locks.mark(replace(blocked, lifters=("oid-of-operator",)))
    second = await _lock(ports, subject)
    assert (second.blocked_by, second.blocked_at, second.lifted) == (("app-1",), AT, ("app-0",))
    await ports.locks.replace(second, "app-2")
    third = await _lock(ports, subject)
    assert replace(third, version="") == replace(second, application="app-2", earlier=("app-1",), version="")
    assert third.lifters == ("oid-of-operator",)


async def test_a_lock_remembers_of_what_its_account_was_told(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    first = await _lock(ports, subject)
    assert (first.told_of, first.told_at) == ("", None)
    await ports.locks.replace(replace(first, told_of="app-2", told_at=AT), "app-1")
    second = await _lock(ports, subject)
    assert (second.application, second.earlier, second.told_of, second.told_at) == ("app-1", (), "app-2", AT)
    await ports.locks.replace(second, "app-3")
    third = await _lock(ports, subject)
    assert (third.application, third.told_of, third.told_at) == ("app-3", "app-2", AT)


async def test_a_mark_goes_by_the_version_of_the_lock(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    old = await _lock(ports, subject)
    await ports.locks.replace(old, "app-2")
    with pytest.raises(StaleError):
        await ports.locks.mark(replace(old, contested=True, blocked_by=("app-1",), blocked_at=AT))
    with pytest.raises(StaleError):
        await ports.locks.mark(replace(old, subject=fresh_id()))
    assert not (await _lock(ports, subject)).contested
    assert subject not in await ports.locks.blocked()


async def test_blocked_accounts_are_listed_until_they_are_lifted(ports: Ports) -> None:
    one, two = fresh_id(), fresh_id()
    for subject in (one, two):
        await ports.locks.insert(subject, "app-1")
        lock = await _lock(ports, subject)
        await ports.locks.mark(replace(lock, contested=True, blocked_by=("app-1",), blocked_at=AT))
    assert {one, two} <= set(await ports.locks.blocked())
    await ports.locks.mark(
        replace(await _lock(ports, one), blocked_by=(), blocked_at=None, lifted=("app-1",))
    )
    listed = await ports.locks.blocked()
    assert one not in listed
    assert two in listed


async def _lock(ports: Ports, subject: str) -> AccountLock:
    lock = await ports.locks.read(subject)
    assert lock is not None
    return lock


async def test_the_freeze_switch_is_turned_by_its_version_and_keeps_its_history(ports: Ports) -> None:
    seen = await ports.switches.freeze_switch()
    turned = seen.turned(
        frozen=True, at=AT, by="Name", oid="ope", reason=FreezeReason.FAULT, request=fresh_id()
    )
    await ports.switches.turn(turned)
    assert await ports.switches.frozen()
    with pytest.raises(StaleError):
        await ports.switches.turn(turned)
    now = await ports.switches.freeze_switch()
    assert replace(now, version=turned.version) == turned
    assert now.version != turned.version
    freed = now.turned(
        frozen=False, at=AT, by="Other", oid="op2", reason=FreezeReason.CLEARED, request=fresh_id()
    )
    await ports.switches.turn(freed)
    assert not await ports.switches.frozen()
    lines = await ports.switches.freeze_history()
    assert [(each.frozen, each.by) for each in lines[:2]] == [(False, "Other"), (True, "Name")]


async def test_of_many_who_turn_the_switch_at_once_one_does(ports: Ports) -> None:
    seen = await ports.switches.freeze_switch()
    turned = [
        seen.turned(frozen=True, at=AT, by=name, oid=name, reason=FreezeReason.FAULT, request=name)
        for name in ("one", "two", "three")
    ]
    results = await asyncio.gather(*(ports.switches.turn(each) for each in turned), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["NoneType", "StaleError", "StaleError"]
    assert (await ports.switches.freeze_switch()).number == seen.number + 1


async def test_the_meter_of_passes_is_written_by_its_version(ports: Ports) -> None:
    meter = await ports.meters.read() or PassMeter(hour_from=AT, day_from=AT)
    await ports.meters.write(meter.counted(made=True))
    with pytest.raises(StaleError):
        await ports.meters.write(meter.counted(made=True))
    read = await ports.meters.read()
    assert read is not None
    assert read.hour_made == meter.hour_made + 1


async def test_the_heartbeat_keeps_the_last(ports: Ports) -> None:
    await ports.switches.beat(AT)
    await ports.switches.beat(AT + timedelta(minutes=1))
    assert await ports.switches.last_beat() == AT + timedelta(minutes=1)


async def test_the_worker_s_report_is_kept_whole_and_the_last_one_stays(ports: Ports) -> None:
    first = HealthReport(
        AT, (Finding(HealthCode.GRAPH_REFUSED, "User.Read.All"), Finding(HealthCode.KEY_OLD))
    )
    second = HealthReport(
        AT + timedelta(minutes=10), keys=(KeySeen("LINK_KEYS", "0123456789ab", AT),), package="0123456789ab"
    )
    await ports.switches.keep_report(first)
    assert await ports.switches.last_report() == first
    await ports.switches.keep_report(second)
    assert await ports.switches.last_report() == second


async def test_where_no_worker_ever_looked_there_is_no_report(storage: Storage) -> None:
    """On a table of its own: the others of this run have one."""
    assert await TableSwitches(storage.table(names.TABLE_DUE)).last_report() is None


async def test_a_report_that_cannot_be_read_is_no_report(storage: Storage) -> None:
    table = storage.table(names.TABLE_LIMITS)
    await table.upsert_entity({"PartitionKey": "heartbeat", "RowKey": "report", "data": '{"at":"yesterday"}'})
    with pytest.raises(ValueError, match=r"^not a record of this kind$"):
        await TableSwitches(table).last_report()
    await table.delete_entity("heartbeat", "report")


async def test_the_mail_budget_is_guarded_by_its_version(ports: Ports) -> None:
    _, version = await ports.budgets.read()
    budget = MailBudget.fresh(AT).taken(3, AT, staff=True)
    await ports.budgets.write(budget, version)
    with pytest.raises(StaleError):
        await ports.budgets.write(MailBudget.fresh(AT), version)
    with pytest.raises(StaleError):
        await ports.budgets.write(MailBudget.fresh(AT), "")
    found, newer = await ports.budgets.read()
    assert found == budget
    await ports.budgets.write(MailBudget.fresh(AT), newer)


async def test_photos_are_kept_until_they_are_erased(ports: Ports) -> None:
    name = fresh_id()
    await ports.photos.put(name, b"jpeg")
    await ports.photos.put(name, b"jpeg")
    with pytest.raises(ConflictError):
        await ports.photos.put(name, b"another")
    assert await ports.photos.get(name) == b"jpeg"
    await ports.photos.erase(name)
    await ports.photos.erase(name)
    with pytest.raises(MissingError):
        await ports.photos.get(name)


async def test_open_cases_are_named_once_and_dropped(ports: Ports) -> None:
    one, two = fresh_id(), fresh_id()
    for name in (one, one, two):
        await ports.open_cases.add(name)
    names = await ports.open_cases.names()
    assert names.count(one) == 1
    await ports.open_cases.drop(one)
    await ports.open_cases.drop(one)
    names = await ports.open_cases.names()
    assert one not in names
    assert two in names


async def test_poison_is_kept_until_it_is_dropped(ports: Ports) -> None:
    first, second = (
        Poison(fresh_id(), "review", "abc", AT),
        Poison(fresh_id(), "mail", "", AT + timedelta(hours=1)),
    )
    for each in (second, first, first):
        await ports.poison.keep(each)
    kept = [each for each in await ports.poison.kept() if each in {first, second}]
    assert kept == [first, second]
    await ports.poison.drop(first.key)
    await ports.poison.drop(first.key)
    kept = await ports.poison.kept()
    assert first not in kept
    assert second in kept


async def test_accesses_are_listed_oldest_first(ports: Ports) -> None:
    application = fresh_id()
    later = Access(application, "oid-r", "photo", AT + timedelta(microseconds=1))
    first = Access(application, "oid-a", "case", AT)
    for each in (later, first, first):
        await ports.accesses.record(each)
    assert await ports.accesses.of(application) == [first, first, later]
    assert await ports.accesses.of(fresh_id()) == []


async def test_a_case_may_not_be_named_like_another_partition(ports: Ports) -> None:
    await ports.open_cases.add("case-1")
    await ports.poison.keep(Poison("key-1", "review", "abc", AT))
    for name in ("open", "poison"):
        with pytest.raises(ValueError, match="reserved"):
            await ports.applications.read(name)


async def test_a_worker_whose_view_of_the_budget_is_old_is_told_and_then_sees_the_other_s(
    storage: Storage,
) -> None:
    one, two = (TableMailBudgets(storage.table(names.TABLE_LOCKS)) for _ in range(2))
    start = MailBudget.fresh(AT)
    await one.write(start, (await one.read())[1])
    _, old = await one.read()
    await two.write(start.taken(1, AT, staff=False), (await two.read())[1])
    with pytest.raises(StaleError):
        await one.write(start.taken(5, AT, staff=False), old)
    found, version = await one.read()
    assert found == start.taken(1, AT, staff=False)
    await one.write(start, version)
    assert (await one.read())[0] == start

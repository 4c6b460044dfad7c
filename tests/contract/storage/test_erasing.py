"""What retention takes out of storage: rows beside a case, and an account's lock."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.mails import MailKind, MailState
from shared.domain.requests import RequestKind
from shared.domain.retention import RowErasure
from shared.ports import AccountLock, Snapshot, StaleError
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id, happened, mail, sparse, submit

EVERYTHING = RowErasure(bodies=True, evidence=True, all_mails=True)


async def _case(ports: Ports, *to: str, requests: int = 1) -> Snapshot:
    """A case with mails that were sent, and answered requests."""
    change = happened(sparse(fresh_id())).owing(*(mail(each) for each in to))
    snapshot = await ports.applications.save(None, change, None)
    name = snapshot.application.id
    for number in range(requests):
        request = submit(name, number, evidence="token")
        note = happened(snapshot.application).answering(request, AT)
        snapshot = await ports.applications.save(snapshot, note, None)
    return await ports.applications.mark_mails(snapshot, [each.sent(AT) for each in snapshot.mails])


async def _read(ports: Ports, snapshot: Snapshot) -> Snapshot:
    found = await ports.applications.read(snapshot.application.id)
    assert found is not None
    return found


async def test_mails_go_and_that_a_request_was_answered_stays(ports: Ports) -> None:
    before = await _case(ports, "a@example.org", "b@example.org")

    returned = await ports.applications.erase_rows(before, EVERYTHING)

    after = await _read(ports, before)
    assert returned.mails == after.mails == ()
    assert after.answered == before.answered
    assert after.events == before.events
    assert after.version == before.version


async def test_only_the_mails_to_one_address_go(ports: Ports) -> None:
    before = await _case(ports, "a@example.org", "b@example.org")
    returned = await ports.applications.erase_rows(before, RowErasure(mails_to=("a@example.org",)))
    assert [each.to for each in returned.mails] == ["b@example.org"]
    assert (await _read(ports, before)).mails == returned.mails


async def test_a_mail_that_is_owed_stays(ports: Ports) -> None:
    before = await _case(ports, "a@example.org")
    owing = happened(before.application).owing(mail("a@example.org", MailKind.CLOSED))
    before = await ports.applications.save(before, owing, None)

    after = await ports.applications.erase_rows(before, EVERYTHING)

    assert [each.state for each in after.mails] == [MailState.OWED]
    assert (await _read(ports, before)).mails == after.mails


async def test_fields_and_tokens_of_answered_requests_go_each_by_itself(ports: Ports) -> None:
    before = await _case(ports)
    await ports.applications.erase_rows(before, RowErasure(bodies=True))
    assert "token" in await _dump(ports, before)
    assert "無くしました" not in await _dump(ports, before)
    await ports.applications.erase_rows(before, RowErasure(evidence=True))
    assert "token" not in await _dump(ports, before)


async def test_erasing_twice_is_the_same_as_once_and_saves_go_on(ports: Ports) -> None:
    before = await _case(ports, "a@example.org")
    for _ in range(2):
        before = await ports.applications.erase_rows(before, EVERYTHING)
    await ports.applications.save(before, happened(before.application), None)
    assert (await _read(ports, before)).answered == {f"{RequestKind.SUBMIT.value}:0000"}


async def test_more_rows_than_one_transaction_holds(ports: Ports) -> None:
    before = await _case(ports, *(f"{number}@example.org" for number in range(90)), requests=30)
    after = await ports.applications.erase_rows(before, EVERYTHING)
    assert after.mails == (await _read(ports, before)).mails == ()
    assert "token" not in await _dump(ports, before)


async def test_a_lock_is_removed_by_its_version(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    old = await _lock(ports, subject)
    await ports.locks.replace(old, "app-2")
    with pytest.raises(StaleError):
        await ports.locks.forget(old)
    await ports.locks.forget(await _lock(ports, subject))
    assert await ports.locks.read(subject) is None
    await ports.locks.insert(subject, "app-3")
    with pytest.raises(StaleError):
        await ports.locks.forget(old)


async def test_with_the_lock_goes_the_row_of_the_index_of_blocked_accounts(ports: Ports) -> None:
    subject = fresh_id()
    await ports.locks.insert(subject, "app-1")
    await ports.locks.mark(replace(await _lock(ports, subject), contested=True, blocked_by=("app-1",)))
    await ports.locks.forget(await _lock(ports, subject))
    assert subject not in await ports.locks.blocked()
    with pytest.raises(StaleError):
        await ports.locks.forget(AccountLock(subject, "app-1", (), 'W/"1"'))


async def _lock(ports: Ports, subject: str) -> AccountLock:
    lock = await ports.locks.read(subject)
    assert lock is not None
    return lock


async def _dump(ports: Ports, snapshot: Snapshot) -> str:
    """Everything stored beside the case, as text."""
    cases: Any = ports.applications
    name = snapshot.application.id
    if hasattr(cases, "_table"):
        rows = [row async for row in cases._table.query_entities(f"PartitionKey eq '{name}'")]
        return str(rows)
    return str([cases.answer(name, each) for each in (await _read(ports, snapshot)).answered])

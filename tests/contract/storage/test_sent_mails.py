"""Whose a message of the mail service is: written down once, found by its id alone, gone with the mails."""

from uuid import uuid4

import pytest

from shared.ports import MissingError
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import fresh_id


async def test_a_message_that_was_never_handed_over_is_nobodys(ports: Ports) -> None:
    assert await ports.sent_mails.case_of(str(uuid4())) is None


async def test_a_message_is_found_however_often_it_was_written_down(ports: Ports) -> None:
    message, other, case = str(uuid4()), str(uuid4()), fresh_id()
    for each in (message, message, other):
        await ports.sent_mails.note(each, case)
    assert await ports.sent_mails.case_of(message) == case


async def test_what_is_forgotten_is_gone_and_the_others_stay(ports: Ports) -> None:
    messages, stays, case = [str(uuid4()) for _ in range(5)], str(uuid4()), fresh_id()
    for each in (*messages, stays):
        await ports.sent_mails.note(each, case)
    await ports.sent_mails.forget(messages)
    await ports.sent_mails.forget([*messages, str(uuid4())])
    assert [await ports.sent_mails.case_of(each) for each in (*messages, stays)] == [None] * 5 + [case]


@pytest.mark.parametrize("message", ["", "a/b", "a#b", "x" * 1000])
async def test_what_storage_takes_as_no_key_is_refused_by_both(ports: Ports, message: str) -> None:
    with pytest.raises((ValueError, MissingError)):
        await ports.sent_mails.case_of(message)

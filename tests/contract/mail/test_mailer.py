"""The port `Mailer` through the real SDK against the local mail service: accepted, refused, limited, lost."""

import asyncio
import json
import uuid
from typing import Any

import aiohttp
import pytest

from local.configuration import MAIL_SENDER
from local.mail.store import MailError, MailStore
from shared.ports import ForbiddenError, MailMessage, UnavailableError, UnknownOutcomeError
from tests.contract.mail.conftest import Post

MESSAGE = MailMessage(
    to="taro.mihon@mail.example.com", subject="お知らせ Notice", text="本文です．", html="<p>本文です．</p>"
)


def _operation() -> str:
    return str(uuid.uuid4())


def _body(**changes: object) -> dict[str, Any]:
    return {
        "senderAddress": MAIL_SENDER,
        "recipients": {"to": [{"address": MESSAGE.to}]},
        "content": {"subject": "s", "plainText": "t"},
    } | changes


async def test_a_mail_arrives_as_it_was_written(post: Post) -> None:
    await post.mailer().send(MESSAGE, operation=_operation())

    found = post.store.messages(to=MESSAGE.to.upper())
    assert [{key: mail[key] for key in ("to", "subject", "text", "html", "sent_at")} for mail in found] == [
        {
            "to": [MESSAGE.to],
            "subject": MESSAGE.subject,
            "text": MESSAGE.text,
            "html": MESSAGE.html,
            "sent_at": "2026-10-09T12:00:00Z",
        }
    ]
    assert post.store.messages(to="other@mail.example.com") == []
    assert post.calls.counts()["mail"] == {"POST emails:send": 1}


async def test_the_id_under_which_it_was_accepted_is_told(post: Post) -> None:
    operation = _operation()
    assert await post.mailer().send(MESSAGE, operation=operation) == operation


async def test_the_same_operation_makes_one_mail_unless_forgotten(post: Post) -> None:
    mailer, operation = post.mailer(), _operation()

    for _ in range(2):
        await mailer.send(MESSAGE, operation=operation)
    assert len(post.store.messages()) == 1

    post.faults.put({"mail": {"forget_operations": True}})
    await mailer.send(MESSAGE, operation=operation)
    assert len(post.store.messages()) == 2


async def test_an_unknown_sender_and_a_bad_key_are_refused(post: Post) -> None:
    for mailer in (
        post.mailer(sender="nobody@mail.utac.example.ac.jp"),
        post.mailer(sender="DoNotReply@elsewhere.example.com"),
        post.mailer(key="d3JvbmcgbG9jYWwga2V5"),
    ):
        with pytest.raises(UnavailableError):  # an operator mends that; no mail is lost meanwhile
            await mailer.send(MESSAGE, operation=_operation())
    assert post.store.messages() == []


async def test_a_bad_operation_id_and_no_body_are_refused(post: Post) -> None:
    with pytest.raises(ForbiddenError):
        await post.mailer().send(MESSAGE, operation="no guid")
    with pytest.raises(ForbiddenError):
        await post.mailer().send(
            MailMessage(to=MESSAGE.to, subject="s", text="", html=""), operation=_operation()
        )


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_mail_over_ten_megabytes_is_refused(post: Post) -> None:
    huge = MailMessage(to=MESSAGE.to, subject="s", text="x" * (10 * 1024 * 1024), html="")

    with pytest.raises(ForbiddenError, match="413"):
        await post.mailer().send(huge, operation=_operation())
    assert post.store.messages() == []


@pytest.mark.parametrize("count", [50, 51])
def test_at_most_fifty_recipients(post: Post, count: int) -> None:
    addresses = [{"address": f"a{number}@mail.example.com"} for number in range(count)]
    body = _body(recipients={"to": addresses[:30], "bcc": addresses[30:]})

    if count == 50:
        post.store.send(body)
    else:
        with pytest.raises(MailError, match="exceeds"):
            post.store.send(body)


@pytest.mark.parametrize(("name", "limit", "seconds"), [("per_minute", 30, 60), ("per_hour", 100, 3600)])
async def test_the_limits_of_a_custom_domain(post: Post, name: str, limit: int, seconds: int) -> None:
    post.faults.put({"mail": {name: limit}})
    for _ in range(limit):
        post.store.send(_body())
    post.pass_time(seconds=10)

    with pytest.raises(UnavailableError) as caught:
        await post.mailer().send(MESSAGE, operation=_operation())
    assert caught.value.retry_after is not None
    assert seconds - 11 <= caught.value.retry_after <= seconds

    post.pass_time(seconds=caught.value.retry_after)
    await post.mailer().send(MESSAGE, operation=_operation())


@pytest.mark.parametrize(
    ("switch", "error", "arrived"),
    [
        ({"status": 429, "retry_after": 7}, UnavailableError, 0),
        ({"status": 503, "retry_after": 7}, UnavailableError, 0),
        ({"status": 503, "done": True}, UnavailableError, 1),
        ({"status": 500}, UnknownOutcomeError, 0),
        ({"status": 504, "done": True}, UnknownOutcomeError, 1),
        ({"drop": "before"}, UnknownOutcomeError, 0),
        ({"drop": "after"}, UnknownOutcomeError, 1),
        ({"slow": 1.5, "done": True}, UnknownOutcomeError, 1),
        ({"status": 400}, ForbiddenError, 0),
        ({"status": 401}, UnavailableError, 0),
        ({"status": 403}, UnavailableError, 0),
    ],
)
async def test_each_fault_is_told_apart_and_nothing_is_sent_twice(
    post: Post, switch: dict[str, Any], error: type[Exception], arrived: int
) -> None:
    post.faults.put({"mail": switch})

    with pytest.raises(error) as caught:
        await post.mailer(timeout=1).send(MESSAGE, operation=_operation())

    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after", None) == switch.get("retry_after")
    assert post.calls.counts()["mail"]["POST emails:send"] == 1
    assert len(post.store.messages()) == arrived
    assert MESSAGE.to not in str(caught.value)


async def test_nobody_listens(post: Post) -> None:
    with pytest.raises(UnavailableError):
        await post.mailer(url="http://127.0.0.1:9").send(MESSAGE, operation=_operation())


@pytest.mark.parametrize(("switch", "word"), [("bounce", "Bounced"), ("suppressed", "Suppressed")])
async def test_bounced_and_suppressed_mail_is_accepted_and_reaches_nobody(
    post: Post, switch: str, word: str
) -> None:
    post.faults.put({"mail": {switch: [MESSAGE.to]}})

    await post.mailer().send(MESSAGE, operation=_operation())

    assert post.store.messages() == []
    assert [mail["delivery"] for mail in post.store.messages(undelivered=True)] == [word]


async def test_a_scanner_opens_every_link_before_anybody(post: Post) -> None:
    post.faults.put({"mail": {"scanner": True}})
    message = MailMessage(
        to=MESSAGE.to,
        subject="s",
        text=f"{post.url}/link/a?key=1\nhttps://elsewhere.example.com/x",
        html=f'<a href="{post.url}/link/b?x=1&amp;y=2">b</a>',
    )

    await post.mailer().send(message, operation=_operation())
    async with asyncio.timeout(5):
        await asyncio.gather(*(post.arrived.get() for _ in range(4)))

    assert sorted(post.visited) == [
        ("GET", "/link/a?key=1"),
        ("GET", "/link/b?x=1&y=2"),
        ("HEAD", "/link/a?key=1"),
        ("HEAD", "/link/b?x=1&y=2"),
    ]


async def test_repeatability_headers(post: Post) -> None:
    """Remembered for five minutes by the request's own first time; older is 412; incomplete is 400."""
    client = post.mailer()._opened()
    first = "Fri, 01 Jan 2100 00:00:00 GMT"
    once = {"Repeatability-Request-ID": _operation(), "Repeatability-First-Sent": first}
    late = {
        "Repeatability-Request-ID": _operation(),
        "Repeatability-First-Sent": "Thu, 01 Jan 2015 00:00:00 GMT",
    }

    for _ in range(2):
        await client.begin_send(_body(), polling=False, headers=dict(once))
    assert len(post.store.messages()) == 1
    for headers, status in ((late, 412), ({"Repeatability-Request-ID": "x"}, 400)):
        with pytest.raises(Exception, match=r"first sent|Repeatability") as caught:
            await client.begin_send(_body(), polling=False, headers=dict(headers))
        assert getattr(caught.value, "status_code", None) == status


async def test_an_operation_can_be_asked_for_and_an_unsigned_request_not(post: Post) -> None:
    operation = _operation()
    poller = await post.mailer()._opened().begin_send(_body(), operation_id=operation, polling_interval=0)

    assert (await poller.result())["status"] == "Succeeded"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{post.url}/emails/operations/{operation}?api-version=2025-09-01") as answer:
            assert answer.status == 401
        async with session.post(f"{post.url}/emails:send?api-version=2025-09-01", json=_body()) as answer:
            assert answer.status == 401
    with pytest.raises(MailError):
        post.store.operation(_operation())


def test_the_mailbox_is_cleared_and_survives_a_snapshot(post: Post) -> None:
    operation, _ = post.store.send(_body(), operation=_operation())
    kept = json.loads(json.dumps(post.store.snapshot()))
    before = post.store.messages()
    post.store.clear()

    other = MailStore(lambda: post.at, post.faults, post.calls)
    other.restore(kept)

    assert post.store.messages() == []
    assert other.messages() == before
    assert other.operation(operation)["status"] == "Succeeded"

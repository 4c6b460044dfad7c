"""A process asks Entra about its registrations only where an identity stands for them and it is the one that signs people in."""

import os
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from shared import bootstrap
from tests.unit.test_sign_in_settings import WEB

type Process = Callable[..., None]

_WORKER = {
    "MAIL_ENDPOINT": "https://mail.example",
    "MAIL_SENDER": "donotreply@example.ac.jp",
    "METHOD_HASH_KEY": "k" * 64,
    "REVIEWER_ADDRESSES": "reviewers@example.ac.jp",
    "OPERATOR_ADDRESSES": "operators@example.ac.jp",
    "PROTECTED_GROUPS": "33333333-3333-4333-8333-333333333333",
}


def _forget() -> None:
    for name in ("bearers", "cards", "chosen", "services", "visitors"):
        for each in vars(import_module(f"shared.bootstrap.{name}")).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """Makes this process one with these settings and nothing that was built before."""

    def become(**settings: str) -> None:
        for name in os.environ:
            if name.upper() not in {"PATH", "HOME"}:
                monkeypatch.delenv(name)
        for name, value in (WEB | settings).items():
            monkeypatch.setenv(name, value)
        _forget()

    yield become
    _forget()


async def test_web_whose_identity_stands_for_the_registrations_watches_them(process: Process) -> None:
    process(SIGN_IN_WITH_IDENTITY="true")

    assert bootstrap.web().sign_in is not None
    assert bootstrap.health().sign_in is not None


async def test_web_with_secrets_asks_nothing(process: Process) -> None:
    process(APPLICANT_CLIENT_SECRET="s" * 40, STAFF_CLIENT_SECRET="s" * 40)

    assert bootstrap.web().sign_in is None
    assert bootstrap.health().sign_in is None


async def test_the_worker_asks_nothing_whatever_it_is_set_to(process: Process) -> None:
    process(APP_ROLE="worker", SIGN_IN_WITH_IDENTITY="true", **_WORKER)

    assert bootstrap.health().sign_in is None

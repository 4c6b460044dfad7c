"""What rows are made of is recorded by version: whoever changes it must say whether an older process still reads it."""

import typing
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, Final

from shared.adapters.tables_rows import SCHEMA
from shared.domain.application import Application
from shared.domain.events import Event
from shared.domain.freezing import FreezeSwitch
from shared.domain.health import HealthReport
from shared.domain.mails import MailBudget, OwedMail
from shared.domain.requests import RequestKind
from shared.domain.surge import PassMeter
from tests.fitness.source import ROOT

_STORED: Final = (
    Application,
    Event,
    OwedMail,
    MailBudget,
    FreezeSwitch,
    HealthReport,
    PassMeter,
    RequestKind,
)
_RECORDED: Final = {1: "7beefc1ff1615297"}
"""Version of the rows' form, and the digest of what they are made of.

The digest changed. May an older process read what the present code writes? A field with a default that it may ignore: yes. A new
word of an enum, another meaning, a field that is gone: no, it fails at that row again and again. Then raise ``SCHEMA``, add a
line here, record rows of it (``tests/contract/storage/record_version.py``) and say so in the changelog. If it may, replace the
digest and say in the commit why. Version 1 is what the first release writes: until there is one, no older process runs.
"""


def _parts(kind: Any, seen: dict[str, str]) -> None:  # noqa: ANN401 - any annotation
    """Each dataclass with its fields and each enum with its words, as deep as they go."""
    for each in typing.get_args(kind):
        _parts(each, seen)
    if not isinstance(kind, type) or f"{kind.__module__}.{kind.__qualname__}" in seen:
        return
    name = f"{kind.__module__}.{kind.__qualname__}"
    if issubclass(kind, Enum):
        seen[name] = " ".join(sorted(str(each.value) for each in kind))
    elif is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        seen[name] = " ".join(sorted(f"{each.name}:{hints[each.name]}" for each in fields(kind)))
        for hint in hints.values():
            _parts(hint, seen)


def _digest() -> str:
    seen: dict[str, str] = {}
    for kind in _STORED:
        _parts(kind, seen)
    assert "bounced" in seen["shared.domain.mails.MailState"]
    return sha256("\n".join(f"{name} {seen[name]}" for name in sorted(seen)).encode()).hexdigest()[:16]


def test_what_rows_are_made_of_changes_with_their_version_or_with_a_reason() -> None:
    assert max(_RECORDED) == SCHEMA
    assert _RECORDED[SCHEMA] == _digest()


def test_the_page_says_what_a_raised_version_means() -> None:
    upgrade = (
        (ROOT / "docs/operations.md").read_text("utf-8").partition("## Upgrade\n")[2].partition("\n## ")[0]
    )
    assert "version 1 is what the first release writes" in upgrade
    assert "A raised number means" in upgrade

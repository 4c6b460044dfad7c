"""Whether a request is one that our doors make. What is not is set aside: it must neither jam a case nor be believed."""

import re
from collections.abc import Callable
from typing import Final

from shared.domain.kinds import Channel, DecisionKind, Language, Reason, ReasonCode
from shared.domain.photo import PhotoDoubt
from shared.domain.requests import Request, RequestKind

_ID: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST_TEXT: Final = 4_000
_LONGEST_KEY: Final = 2_048
_LONGEST_IN_ALL: Final = 16_000
_MOST_FIELDS: Final = 20
_YEARS: Final = range(2000, 2200)
_SUBJECT: Final = re.compile(r"[A-Za-z0-9-]{1,64}")

SUBMITTED_BY_WEB: Final = frozenset({Channel.WEBSITE})
"""Channels whose applications web may ask for on its word alone; the others bring evidence that the worker verifies."""


def well_formed(request: Request) -> bool:
    """Check the names, the kinds and the lengths of what a request carries."""
    if request.kind is RequestKind.UNREADABLE or not _ID.fullmatch(request.application) or request.slot < 0:
        return request.kind is RequestKind.RETRY_POISON
    if not _within_bounds(request):
        return False
    check = _CHECKS.get(request.kind)
    return check is None or check(request.body)


def _within_bounds(request: Request) -> bool:
    """What is too large could never be answered, and a time out of all reason could not be counted with."""
    texts = request.body.values()
    return (
        len(request.body) <= _MOST_FIELDS
        and all(len(each) <= _LONGEST_TEXT for each in texts)
        and sum(map(len, texts)) <= _LONGEST_IN_ALL
        and len(request.evidence) <= _LONGEST_IN_ALL
        and request.received_at.year in _YEARS
    )


def may_be_erased(request: Request) -> bool:
    """Whether a malformed row should leave the inbox at once: it holds a name that a real request may need.

    An application, or a kind this version does not know, may come from a newer web: it stays until an operator says so.
    """
    kind = request.kind.value
    if request.kind is RequestKind.UNREADABLE:
        kind = ([*request.body.get("row", "").split(":"), ""])[1]
    return kind in {each.value for each in RequestKind} - {RequestKind.SUBMIT.value}


def _submit(body: dict[str, str]) -> bool:
    return (
        body.get("channel") in SUBMITTED_BY_WEB
        and bool(_SUBJECT.fullmatch(body.get("subject", "")))
        and _one_of(body.get("reason"), Reason)
        and _one_of(body.get("language"), Language)
        and _photo(body)
    )


def _photo(body: dict[str, str]) -> bool:
    doubts = [each for each in body.get("doubts", "").split(",") if each]
    return bool(_ID.fullmatch(body.get("photo", ""))) and all(_one_of(each, PhotoDoubt) for each in doubts)


def _decision(body: dict[str, str]) -> bool:
    code = body.get("reason_code", "")
    return _one_of(body.get("decision"), DecisionKind) and (not code or _one_of(code, ReasonCode))


def _pickup(body: dict[str, str]) -> bool:
    return 0 < len(body.get("public_key", "")) <= _LONGEST_KEY and bool(body.get("session"))


def _one_of(
    value: str | None, kinds: "type[Reason | Language | PhotoDoubt | DecisionKind | ReasonCode]"
) -> bool:
    return value in {each.value for each in kinds}


_CHECKS: Final[dict[RequestKind, Callable[[dict[str, str]], bool]]] = {
    RequestKind.SUBMIT: _submit,
    RequestKind.STORED_PHOTO: _photo,
    RequestKind.PHOTO: _photo,
    RequestKind.DECISION: _decision,
    RequestKind.PICKUP: _pickup,
}

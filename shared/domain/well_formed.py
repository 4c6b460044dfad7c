"""Whether a request is one that our doors make. What is not is set aside: it must neither jam a case nor be believed."""

import re
from collections.abc import Callable
from typing import Final

from shared.domain.freezing import FREEZE_ID, TO_FREEZE, TO_THAW
from shared.domain.kinds import CardKind, Channel, DecisionKind, Language, LiftReason, Reason, ReasonCode
from shared.domain.photo import PhotoDoubt
from shared.domain.requests import Request, RequestKind

_ID: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST_TEXT: Final = 4_000
_LONGEST_KEY: Final = 2_048
_LONGEST_IN_ALL: Final = 16_000
_LONGEST_EVIDENCE: Final = 8_000
"""A case keeps up to three tokens (look-up, confirmation, second approval), and must fit into one property of its row."""
_MOST_FIELDS: Final = 20
_WITH_EVIDENCE: Final = frozenset(
    {
        RequestKind.CONFIRM,
        RequestKind.LEAVE,
        RequestKind.SLIP,
        RequestKind.LINK,
        RequestKind.LIFT_BLOCK,
        RequestKind.CUT_LINK,
        RequestKind.FREEZE,
        RequestKind.THAW,
    }
)
_YEARS: Final = range(2000, 2200)
_SUBJECT: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_ACCOUNT: Final = re.compile(r"[^\s\x00-\x1f\x7f/\\?%\"<>]{1,256}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def well_formed(request: Request) -> bool:
    """Check the names, the kinds and the lengths of what a request carries."""
    if request.kind is RequestKind.UNREADABLE or not _ID.fullmatch(request.application) or request.slot < 0:
        return request.kind is RequestKind.RETRY_POISON
    if not _within_bounds(request):
        return False
    if (request.application == FREEZE_ID) is not (request.kind in {RequestKind.FREEZE, RequestKind.THAW}):
        return False
    check = _CHECKS.get(request.kind)
    return (check is None or check(request.body)) and _evidence(request)


def _within_bounds(request: Request) -> bool:
    """What is too large could never be answered, and a time out of all reason could not be counted with."""
    texts = request.body.values()
    longest = {"sign_in": _LONGEST_EVIDENCE}
    return (
        len(request.body) <= _MOST_FIELDS
        and all(len(text) <= longest.get(name, _LONGEST_TEXT) for name, text in request.body.items())
        and sum(map(len, texts)) <= _LONGEST_IN_ALL
        and len(request.evidence) <= _LONGEST_EVIDENCE
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
    if not _one_of(body.get("reason"), Reason) or not _one_of(body.get("language"), Language):
        return False
    match body.get("channel"):
        case Channel.WEBSITE:
            return bool(_SUBJECT.fullmatch(body.get("subject", ""))) and _photo(body)
        case Channel.FORM:
            return _account(body) and bool(_DIGEST.fullmatch(body.get("source", "")))
        case Channel.OFFICE:
            return _account(body)
        case Channel.IDENTITY_VERIFICATION:
            return True
        case _:
            return False


def _evidence(request: Request) -> bool:
    """Whether the token is there without which nothing could be verified; a form may come with a shared key instead."""
    if request.kind is RequestKind.UNLINK:
        return bool(request.evidence) or bool(request.body.get("sign_in"))
    if request.kind is RequestKind.SUBMIT:
        needs = request.body.get("channel") in {Channel.OFFICE, Channel.IDENTITY_VERIFICATION}
    else:
        needs = request.kind in _WITH_EVIDENCE
    return bool(request.evidence) or not needs


def _account(body: dict[str, str]) -> bool:
    return bool(_ACCOUNT.fullmatch(body.get("account", "")))


def _confirm(body: dict[str, str]) -> bool:
    return (
        _one_of(body.get("card"), CardKind)
        and body.get("face") == "on"
        and body.get("valid") == "on"
        and _one_of(body.get("reason"), Reason)
        and _one_of(body.get("language"), Language)
    )


def _lift_block(body: dict[str, str]) -> bool:
    seen = body.get("seen", "").split(",")
    return all(map(_ID.fullmatch, seen)) and _one_of(body.get("reason_code"), LiftReason)


def _cut_link(body: dict[str, str]) -> bool:
    named = _ID.fullmatch(body.get("case", "")) and _ID.fullmatch(body.get("verification", ""))
    return bool(named) and _one_of(body.get("language"), Language)


def _freeze(body: dict[str, str]) -> bool:
    return body.get("reason_code") in {each.value for each in TO_FREEZE}


def _thaw(body: dict[str, str]) -> bool:
    return body.get("reason_code") in {each.value for each in TO_THAW}


def _different(body: dict[str, str]) -> bool:
    return bool(_DIGEST.fullmatch(body.get("source", "")))


def _link(body: dict[str, str]) -> bool:
    return bool(body.get("sign_in")) and _one_of(body.get("language"), Language)


def _unlink(body: dict[str, str]) -> bool:
    return _one_of(body.get("language"), Language)


def _photo(body: dict[str, str]) -> bool:
    doubts = [each for each in body.get("doubts", "").split(",") if each]
    upload = body.get("upload", "")
    named = _ID.fullmatch(body.get("photo", "")) and (not upload or _DIGEST.fullmatch(upload))
    return bool(named) and all(_one_of(each, PhotoDoubt) for each in doubts)


def _decision(body: dict[str, str]) -> bool:
    code = body.get("reason_code", "")
    return _one_of(body.get("decision"), DecisionKind) and (not code or _one_of(code, ReasonCode))


def _pickup(body: dict[str, str]) -> bool:
    return 0 < len(body.get("public_key", "")) <= _LONGEST_KEY and bool(body.get("session"))


def _one_of(
    value: str | None,
    kinds: "type[Reason | Language | PhotoDoubt | DecisionKind | ReasonCode | CardKind | LiftReason]",
) -> bool:
    return value in {each.value for each in kinds}


_CHECKS: Final[dict[RequestKind, Callable[[dict[str, str]], bool]]] = {
    RequestKind.SUBMIT: _submit,
    RequestKind.STORED_PHOTO: _photo,
    RequestKind.PHOTO: _photo,
    RequestKind.DECISION: _decision,
    RequestKind.PICKUP: _pickup,
    RequestKind.CONFIRM: _confirm,
    RequestKind.DIFFERENT: _different,
    RequestKind.LIFT_BLOCK: _lift_block,
    RequestKind.CUT_LINK: _cut_link,
    RequestKind.FREEZE: _freeze,
    RequestKind.THAW: _thaw,
    RequestKind.LINK: _link,
    RequestKind.UNLINK: _unlink,
}

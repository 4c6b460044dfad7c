"""The local Graph's library door: what the calls do, without a socket.

It refuses what Graph refuses and allows what Graph allows. In particular it makes a pass for an
administrator, a disabled account and a person outside the policy's scope: only this service's guards stand in
the way.
"""

from __future__ import annotations

import uuid
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.graph.directory import Directory
from local.graph.errors import bad_request, not_found
from local.graph.methods import (
    KINDS,
    MFA_KINDS,
    PHONE_IDS,
    UNKNOWN_KIND,
    Method,
    new_id,
    with_defaults,
)
from local.graph.passes import TemporaryAccessPass, new_code
from local.graph.policy import TapPolicy
from local.graph.seed import build_directory
from local.graph.switches import Switches
from local.people import ADMINISTRATIVE_UNITS, GROUPS, PASS_POLICY_EXCLUDES, PASS_POLICY_INCLUDES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from local import people as sample
    from local.calls import Calls
    from local.faults import Faults
    from local.graph.journal import JournalEntry
    from local.graph.records import User

_GUEST = "Temporary Access Pass cannot be added to an external guest user."
_OUTSIDE = "The user is not enabled for Temporary Access Pass by the authentication methods policy."
_DEFAULT_METHOD = (
    "The requested authentication method matches the user's current default authentication method, "
    "and cannot be deleted until the default authentication method is changed."
)
#: What the sign-in page says when the pass is right and the policy or its state forbids it.
BLOCKED = "Temporary Access Pass sign in was blocked due to User Credential Policy"


@dataclass(kw_only=True, slots=True)
class _Gone:
    """A deleted pass that reads may still show until ``until``."""

    value: TemporaryAccessPass
    until: datetime


class GraphStore:
    """People, methods, passes and role grants of the local tenant.

    Methods raise :class:`local.graph.errors.GraphError`. Times are aware; "now" is the business clock.
    """

    def __init__(
        self,
        people: Iterable[sample.Person],
        now: Callable[[], datetime],
        faults: Faults,
        calls: Calls,
        *,
        groups: Iterable[sample.Group] = GROUPS,
        units: Iterable[sample.AdministrativeUnit] = ADMINISTRATIVE_UNITS,
    ) -> None:
        """Seed the directory from the sample people."""
        self.now = now
        self.faults = faults
        self.calls = calls
        policy = TapPolicy(include=PASS_POLICY_INCLUDES, exclude=PASS_POLICY_EXCLUDES)
        self.switches = Switches(faults, policy)
        self.directory = build_directory(people, groups, units)
        self.journal: deque[JournalEntry] = deque(maxlen=2_000)
        self._gone: dict[str, _Gone] = {}

    # Passes -------------------------------------------------------------------------------------------------

    def create_pass(
        self,
        user_key: str,
        *,
        lifetime: int | None = None,
        once: bool | None = None,
        start: datetime | None = None,
    ) -> dict[str, Any]:
        """Make a pass and return it with its code, the only time the code is ever shown.

        A live pass of the same person is replaced, or the call refused (switch ``second_pass``).
        ``lifetime`` is in minutes.
        """
        user, now, policy = self.directory.user(user_key), self.now(), self.switches.policy()
        if user.external:
            raise bad_request(_GUEST)
        if policy.state != "enabled" and self.switches.word("policy_disabled_create", "allow") == "refuse":
            message = "Temporary Access Pass is disabled by policy."
            raise bad_request(message)
        if self.switches.word("out_of_policy_create", "allow") == "refuse" and not self._in_scope(
            user, policy
        ):
            raise bad_request(_OUTSIDE)
        minutes, one_time = policy.lifetime(lifetime), policy.once(once)
        live = user.current_pass
        if live and self.switches.word("second_pass", "override") == "refuse" and not live.expired(now):
            message = "A Temporary Access Pass already exists for this user."
            raise bad_request(message)
        made = TemporaryAccessPass(
            id=str(uuid.uuid4()),
            code=new_code(policy.length),
            created=now,
            start=start or now,
            lifetime=minutes,
            once=one_time,
        )
        user.current_pass = made
        return self._pass_document(user, made, reveal=True)

    def list_passes(self, user_key: str) -> list[dict[str, Any]]:
        """Return at most one pass, never with its code."""
        user, now = self.directory.user(user_key), self.now()
        gone = self._gone.get(user.id)
        if gone and now < gone.until:
            return [self._pass_document(user, gone.value)]
        live = user.current_pass
        if live is None or now < live.created + timedelta(seconds=self.switches.number("lag")):
            return []
        return [self._pass_document(user, live)]

    def get_pass(self, user_key: str, pass_id: str) -> dict[str, Any]:
        """Return the pass with this id."""
        for found in self.list_passes(user_key):
            if found["id"] == pass_id:
                return found
        raise not_found(pass_id)

    def delete_pass(self, user_key: str, pass_id: str) -> None:
        """Delete the pass; a second time is 404. Reads may lag, sign-in refuses it at once."""
        user, now = self.directory.user(user_key), self.now()
        live = user.current_pass
        if live is None or live.id != pass_id:
            raise not_found(pass_id)
        user.current_pass = None
        lag = self.switches.number("lag")
        if lag:
            self._gone[user.id] = _Gone(value=live, until=now + timedelta(seconds=lag))
        if self.switches.on("delete_pass_revokes_sessions") and live.usability(now, in_policy=True)[0]:
            self.revoke_sessions(user.id)

    def use_pass(self, upn: str, code: str) -> str | None:
        """Sign in with a pass, spending a one-time one; return None, or what the page says instead."""
        user, now, policy = self.directory.user(upn), self.now(), self.switches.policy()
        live = user.current_pass
        if live is None or live.code != code:
            return "Your Temporary Access Pass is incorrect."
        if not user.enabled:
            return "Your account has been locked."
        if now < live.created + timedelta(seconds=self.switches.number("pass_delay")):
            return "Your Temporary Access Pass is incorrect."
        usable, reason = live.usability(
            now, in_policy=policy.state == "enabled" and self._in_scope(user, policy)
        )
        multi_use_forbidden = policy.one_time and not live.once
        if multi_use_forbidden or reason in {"OneTimeUsed", "DisabledByPolicy"}:
            return BLOCKED
        if not usable:
            return "Your Temporary Access Pass has expired or is not yet valid."
        live.used_at = now
        return None

    def _in_scope(self, user: User, policy: TapPolicy) -> bool:
        return policy.covers(self.directory.transitive_group_ids(user.id))

    def _pass_document(
        self, user: User, value: TemporaryAccessPass, *, reveal: bool = False
    ) -> dict[str, Any]:
        policy = self.switches.policy()
        in_policy = policy.state == "enabled" and self._in_scope(user, policy)
        reason = "PendingReplication" if self.switches.on("unknown_reason") else None
        return value.document(self.now(), in_policy=in_policy, reason=reason, reveal=reveal)

    # Other methods ------------------------------------------------------------------------------------------

    def list_methods(self, user_key: str, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the methods (of one kind), the pass among them if no kind is asked."""
        user, now = self.directory.user(user_key), self.now()
        mask = self.switches.on("mask_phones")
        found = [m.document(mask=mask) for m in user.methods if m.listed(now) and kind in (None, m.kind)]
        if kind is not None:
            return found
        if self.switches.on("unknown_method"):
            stranger = Method(kind=UNKNOWN_KIND, id="f0000000-0000-4000-8000-000000000001", created=now)
            found.append(stranger.document(mask=False))
        return found + self.list_passes(user.id)

    def delete_method(self, user_key: str, kind: str, method_id: str) -> None:
        """Delete one method.

        Refused: the default one while other MFA methods exist; a mobile phone under an alternate one.
        """
        user, now = self.directory.user(user_key), self.now()
        alive = [m for m in user.methods if m.hidden_from is None]
        method = next((m for m in alive if m.kind == kind and m.id == method_id), None)
        if method is None:
            raise not_found(method_id)
        others = [m for m in alive if m is not method and m.kind in MFA_KINDS]
        if method.id == PHONE_IDS["mobile"] and any(m.id == PHONE_IDS["alternateMobile"] for m in others):
            message = "The mobile phone cannot be deleted while an alternate mobile phone exists."
            raise bad_request(message)
        if method.id == user.default_method and others:
            raise bad_request(_DEFAULT_METHOD)
        if method.id == user.default_method:
            user.default_method = None
        lag = self.switches.number("lag")
        method.hidden_from = now + timedelta(seconds=lag)
        if not lag:
            user.methods.remove(method)

    def register_method(self, upn: str, kind: str, **details: Any) -> dict[str, Any]:  # noqa: ANN401 - Graph properties
        """Register a method as its owner would on the security information page; return it as lists show it.

        ``details`` are Graph's properties (``phoneNumber``, ``phoneType``, ``displayName``, ``emailAddress``)
        and ``id``.
        A phone in a slot already taken changes the number there: same id, same creation time.
        """
        if kind not in KINDS:
            message = f"unknown kind of method: {kind}"
            raise bad_request(message)
        user, now = self.directory.user(upn), self.now()
        details = with_defaults(kind, details)
        method_id = new_id(kind, details)
        if details.get("phoneType") == "alternateMobile" and not _has(user, PHONE_IDS["mobile"]):
            message = "An alternate mobile phone needs a mobile phone."
            raise bad_request(message)
        found = next((m for m in user.methods if m.id == method_id and m.hidden_from is None), None)
        if found is None:
            lag = self.switches.number("lag")
            shown = now + timedelta(seconds=lag) if lag else None
            found = Method(kind=kind, id=method_id, created=now, details=details, shown_from=shown)
            user.methods.append(found)
        else:
            found.details = details
        if kind in MFA_KINDS and not (user.default_method and self.switches.on("default_method_stays")):
            user.default_method = found.id
        return found.document(mask=False)

    # Sessions and the door for scripts ----------------------------------------------------------------------

    def revoke_sessions(self, user_key: str) -> None:
        """End every session of the person (after ``revoke_delay``); nothing for external users."""
        user = self.directory.user(user_key)
        if user.external:
            return
        user.sessions_revoked += 1
        user.sessions_valid_from = self.now() + timedelta(seconds=self.switches.number("revoke_delay"))

    def describe(self, upn: str) -> dict[str, Any]:
        """Return one person's state for scripts (DESIGN 10), without lag and with the value of the pass.

        :raises GraphError: 404.
        """
        user = self.directory.user(upn)
        live = user.current_pass
        passes = [] if live is None else [self._pass_document(user, live, reveal=True)]
        return {
            "enabled": user.enabled,
            "methods": [{"id": m.id, "kind": m.kind} for m in user.methods if m.hidden_from is None],
            "passes": [
                {
                    "id": item["id"],
                    "value": item["temporaryAccessPass"],
                    "lifetimeInMinutes": item["lifetimeInMinutes"],
                    "isUsable": item["isUsable"],
                }
                for item in passes
            ],
            "sessionsRevoked": user.sessions_revoked,
        }

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as JSON (it holds codes: for the local data folder only)."""
        return {"directory": self.directory.to_json()}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take the state that :meth:`snapshot` gave."""
        self.directory = Directory.from_json(data["directory"])
        self._gone.clear()


def _has(user: User, method_id: str) -> bool:
    return any(m.id == method_id and m.hidden_from is None for m in user.methods)

"""A small tenant behind Graph's HTTP door: as much of it as setting Entra ID up needs, as Graph documents it.

PATCH by ``uniqueName`` or ``appId`` with ``Prefer: create-if-missing`` creates; lists come one object a page; a role or a consent
given twice is refused. ``fail_at`` makes the n-th write fail, before or after it took effect; ``late`` says of which writes the
first two find that what they refer to is not known yet, and in what words.
"""

import copy
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import NAMESPACE_OID, uuid5

type Json = dict[str, Any]

TENANT = "11111111-1111-4111-8111-111111111111"
ME = "22222222-2222-4222-8222-222222222222"
TAP = "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass"
CONTEXTS = "identity/conditionalAccess/authenticationContextClassReferences"
POLICIES = "identity/conditionalAccess/policies"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
WEB = "33333333-3333-4333-8333-333333333333"
WEB_CLIENT = "55555555-5555-4555-8555-555555555555"


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str = "refused") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Tenant:
    """Its objects, and a journal of writes."""

    def __init__(self) -> None:
        self.lists: dict[str, list[Json]] = {
            "organization": [{"id": TENANT, "displayName": "Example University"}],
            "servicePrincipals": [
                {"id": "graph-principal", "appId": GRAPH_APP, "servicePrincipalType": "Application"},
                {"id": WEB, "appId": WEB_CLIENT, "servicePrincipalType": "ManagedIdentity"},
            ],
            "applications": [],
            "groups": [],
            "oauth2PermissionGrants": [],
            POLICIES: [],
            CONTEXTS: [],
        }
        self.tap: Json = {
            "state": "disabled",
            "minimumLifetimeInMinutes": 60,
            "includeTargets": [{"id": "all_users"}],
        }
        self.writes: list[str] = []
        self.tokens: list[str] = []
        self.fail_at = 0
        self.fail_after_effect = False
        self.throttle = 0
        self.late: dict[str, str] = {}
        self.missed: list[str] = []
        self.as_application = False
        self.lacking: tuple[str, ...] = ()
        self.base = ""

    def of(self, name: str) -> list[Json]:
        return self.lists.setdefault(name, [])

    def state(self) -> Json:
        """All that stands in it, as a copy to compare with."""
        kept: Json = {name: each for name, each in self.lists.items() if each}
        return copy.deepcopy(kept | {TAP: self.tap})

    def app(self, unique: str) -> Json:
        return next(each for each in self.of("applications") if each["uniqueName"] == unique)

    def principal(self, unique: str) -> Json:
        client = self.app(unique)["appId"]
        return next(each for each in self.of("servicePrincipals") if each["appId"] == client)

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: Json, prefer: str
    ) -> tuple[int, Json]:
        if any(path.startswith(each) for each in self.lacking):
            raise Refused(403, "Authorization_RequestDenied")
        if self.throttle:
            self.throttle -= 1
            raise Refused(429, "activityLimitReached")
        if method == "GET":
            return 200, self._read(path, query)
        self._late(path)
        self.writes.append(f"{method} {path}")
        if any("origin" in each for each in body.get("appRoles", ())):
            raise Refused(400, "Request_BadRequest")
        failing = len(self.writes) == self.fail_at
        if failing and not self.fail_after_effect:
            raise Refused(500, "generalException")
        answer = self._add(path, body) if method == "POST" else self._change(path, body, prefer)
        if failing:
            raise Refused(500, "generalException")
        return answer

    def _late(self, path: str) -> None:
        for words, said in self.late.items():
            if words in path and self.missed.count(path) < 2:
                self.missed.append(path)
                raise Refused(400, "Request_BadRequest", said)

    def _read(self, path: str, query: dict[str, list[str]]) -> Json:
        if path == "me":
            if self.as_application:
                raise Refused(400, "BadRequest")
            return {"id": ME}
        if path == TAP:
            return self.tap
        keyed = self._keyed(path)
        if keyed:
            found = self._find(*keyed)
            if found is None:
                raise Refused(404, "Request_ResourceNotFound")
            return _as_graph_answers(found)
        values = self.of(path)
        if "$filter" in query:
            field, _, value = query["$filter"][0].partition(" eq ")
            values = [each for each in values if each.get(field) == value.strip("'")]
        start = int(query.get("$skiptoken", ["0"])[0])
        page: Json = {"value": values[start : start + 1]}
        if start + 1 < len(values):
            kept = "".join(f"&{name}={each[0]}" for name, each in query.items() if name != "$skiptoken")
            page["@odata.nextLink"] = f"{self.base}/{path}?$skiptoken={start + 1}{kept}".replace(" ", "%20")
        return page

    def _keyed(self, path: str) -> tuple[str, str, str] | None:
        if found := re.fullmatch(r"(\w+)\((\w+)='([^']*)'\)", path):
            return found[1], found[2], found[3]
        for name in (CONTEXTS, POLICIES, "applications", "servicePrincipals", "oauth2PermissionGrants"):
            rest = path.removeprefix(f"{name}/")
            if rest != path and "/" not in rest:
                return name, "id", rest
        return None

    def _find(self, name: str, field: str, value: str) -> Json | None:
        return next((each for each in self.of(name) if each.get(field) == value), None)

    def _add(self, path: str, body: Json) -> tuple[int, Json]:
        twice = {
            "appRoleAssignedTo": ("principalId", "appRoleId"),
            "oauth2PermissionGrants": ("clientId", "consentType"),
        }
        fields = twice.get(path.rsplit("/", 1)[-1], ())
        if fields and any(all(each[field] == body[field] for field in fields) for each in self.of(path)):
            raise Refused(400, "Request_BadRequest")
        made = {"id": str(uuid5(NAMESPACE_OID, f"{path}{len(self.of(path))}"))} | body
        self.of(path).append(made)
        return 201, made

    def _change(self, path: str, body: Json, prefer: str) -> tuple[int, Json]:
        if path == TAP:
            self.tap |= body
            return 204, {}
        keyed = self._keyed(path)
        assert keyed, path
        name, field, value = keyed
        found = self._find(name, field, value)
        if found is not None:
            found |= body
            return 204, {}
        if prefer != "create-if-missing" and name != CONTEXTS:
            raise Refused(404, "Request_ResourceNotFound")
        made = {"id": str(uuid5(NAMESPACE_OID, f"{name}/{value}"))} | body | {field: value}
        if name == "applications":
            made["appId"] = str(uuid5(NAMESPACE_OID, f"client {value}"))
            self.of(f"applications/{made['id']}/owners").append({"id": ME})
        self.of(name).append(made)
        return 201, made


def _as_graph_answers(stored: Json) -> Json:
    """With what Graph adds of its own, and null for what is empty or off."""
    answer = {name: value or None for name, value in stored.items()}
    if answer.get("appRoles"):
        answer["appRoles"] = [each | {"origin": "Application"} for each in stored["appRoles"]]
    return answer


@contextmanager
def serving(tenant: Tenant) -> Iterator[str]:
    """The address of Graph v1.0 while it is served."""

    class Door(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Be quiet."""

        def _any(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            tenant.tokens.append(self.headers.get("Authorization", ""))
            path = unquote(parts.path).removeprefix("/v1.0/")
            try:
                status, document = tenant.answer(
                    self.command,
                    path,
                    parse_qs(parts.query),
                    json.loads(raw or b"{}"),
                    self.headers.get("Prefer", ""),
                )
            except Refused as refused:
                status = refused.status
                document = {"error": {"code": refused.code, "message": refused.message, "innerError": {}}}
            self.send_response(status)
            self.send_header("request-id", "r-1")
            sent = b"" if status == 204 else json.dumps(document).encode()
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815 - the base class's names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    tenant.base = f"http://127.0.0.1:{server.server_port}/v1.0"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield tenant.base
    finally:
        server.shutdown()
        server.server_close()

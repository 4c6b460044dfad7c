"""Everything the local cloud remembers, in one object, and the HTTP application over it."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from local import configuration, people
from local.calls import Calls
from local.card import app as card_app
from local.card import clients as card_clients
from local.card import control as card_control
from local.card.store import CardProvider
from local.clock import FileClock
from local.configuration import Configuration
from local.control import app as control
from local.entra import app as entra_app
from local.entra import registrations
from local.entra.store import Entra
from local.faults import Faults
from local.graph import app as graph_app
from local.graph.seed import user_record
from local.graph.store import GraphStore
from local.mail import app as mail_app
from local.mail.reports import Courier
from local.mail.store import MailStore
from local.people import Person

_STATE_FILE = "cloud.json"
_LARGEST_REQUEST = (
    40 * 1024 * 1024
)  # above the mail service's own limit, so that it is that service which refuses
_NO_SECOND_STEP = frozenset({"password", "email", "temporaryAccessPass"})

type RunTimers = Callable[[], Awaitable[None]]
type SwitchProcess = Callable[[str, bool], Awaitable[None]]


class GraphAccounts:
    """Lets the issuer ask the local Graph about accounts, as the two are one directory in the cloud."""

    def __init__(self, graph: GraphStore) -> None:
        self._graph = graph

    def is_enabled(self, person: Person) -> bool:
        """As the directory says now."""
        return bool(self._graph.describe(person.upn)["enabled"])

    def has_mfa_method(self, person: Person) -> bool:
        """Whether any registered method counts as a second step."""
        kinds = {method["kind"] for method in self._graph.describe(person.upn)["methods"]}
        return not kinds <= _NO_SECOND_STEP

    def use_pass(self, person: Person, code: str) -> bool:
        """Whether the pass was accepted; a one-time pass is spent by it."""
        return self._graph.use_pass(person.upn, code) is None


async def _no_timers() -> None:
    """Without hosts nothing is due."""


async def _no_processes(name: str, stopped: bool) -> None:  # noqa: FBT001 - the shape of SwitchProcess
    """Without a supervisor there is nothing to stop."""


class Cloud:
    """People, clock, issuer, Graph, mail, switches and counts of one local run.

    `run_timers` and `switch_process` are set by whoever runs the hosts.
    """

    def __init__(self, settings: Configuration) -> None:
        self.settings = settings
        self.clock = FileClock(settings.clock_file)
        self.faults = Faults()
        self.calls = Calls()
        self.graph = GraphStore(people.PEOPLE, self.now, self.faults, self.calls)
        self.mail = MailStore(self.now, self.faults, self.calls)
        self.courier = Courier(settings.storage, self.faults)
        self.entra = Entra(
            issuer=configuration.ISSUER,
            tenant_id=configuration.TENANT_ID,
            registrations=registrations.of(settings),
            accounts=GraphAccounts(self.graph),
            calls=self.calls,
            token_minutes=self._token_minutes,
            stale_minutes=lambda: self.faults.setting("entra", "stale_minutes", 0),
        )
        self.card = CardProvider(card_clients.of(settings), self.faults, self.calls)
        self.run_timers: RunTimers = _no_timers
        self.switch_process: SwitchProcess = _no_processes

    def now(self) -> datetime:
        """The business time (UTC, aware)."""
        return self.clock.now()

    def add_person(self, kind: str, *, name: str = "", methods: str = "") -> Person:
        """One more sample person, with the groups and grants of the first of this kind. Raises ValueError."""
        person = people.add(kind, name=name, methods=methods)
        like = next(each for each in people.PEOPLE if each.kind == kind)
        self.graph.directory.take_in(user_record(person), like=like.oid)
        return person

    def _token_minutes(self) -> int | None:
        minutes = self.faults.setting("entra", "token_minutes", 0)
        return minutes or None

    def save(self, folder: Path) -> None:
        """Keep the directory and the mailbox as JSON in `folder`."""
        newcomers = [
            {"kind": person.kind, "name": person.name, "methods": people.letters_of(person)}
            for person in people.everyone()[len(people.PEOPLE) :]
        ]
        state: dict[str, Any] = {
            "graph": self.graph.snapshot(),
            "mail": self.mail.snapshot(),
            "people": newcomers,
            "card": self.card.cards.snapshot(),
        }
        fresh = folder / f"{_STATE_FILE}.new"
        fresh.write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(folder / _STATE_FILE)

    def load(self, folder: Path) -> None:
        """Take up the state kept in `folder`, if there is one."""
        kept = folder / _STATE_FILE
        if kept.exists():
            state = json.loads(kept.read_text(encoding="utf-8"))
            people.forget_newcomers()
            for each in state.get("people", []):
                people.add(**each)
            self.graph.restore(state["graph"])
            self.mail.restore(state["mail"])
            self.card.cards.restore(state.get("card", {}))


def make_app(cloud: Cloud) -> web.Application:
    """One application for all local services: their addresses do not overlap."""
    app = web.Application(client_max_size=_LARGEST_REQUEST)
    # First: the control door answers 404 to whatever else is below /api.
    app.add_routes(card_app.routes(cloud.card, public_url=cloud.settings.local_url))
    app.add_routes(card_control.routes(cloud.card))
    app.add_routes(control.routes(cloud))
    app.add_routes(graph_app.routes(cloud.graph, cloud.entra.verifier))
    app.add_routes(mail_app.routes(cloud.mail, cloud.courier))
    # Last: an issuer's address begins with a parameter.
    app.add_routes(entra_app.routes(cloud.entra, cloud.faults, public_url=cloud.settings.local_url))
    return app

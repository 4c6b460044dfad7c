"""Who should not get a pass, and administrators who do what they like in Graph."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from shared.domain.application import Application
from shared.domain.freezing import FREEZE_ID
from shared.domain.kinds import Channel
from shared.domain.requests import Request, RequestKind
from shared.ports import ConflictError
from shared.services import collect_pass
from shared.services.collect_pass import Collector, Sealed
from shared.services.web_ports import WebPorts
from tests.simulation.applicants import Applicants
from tests.simulation.town import Town
from tests.unit import people

_HOUR: Final = 3600.0
_DIGEST: Final = "0" * 64


class Attackers:
    """A thief of passwords, a web process that was taken over, and administrators."""

    def __init__(self, town: Town, applicants: Applicants) -> None:
        self._town = town
        self._world = town.world
        self._applicants = applicants

    async def steal(self, oid: str) -> None:
        """Apply with the stolen password, and try to collect whatever is there, without a mailed link."""
        await self._applicants.apply_by_website(oid, "thief", attack=True)
        for _ in range(3):
            await self._town.wait(60.0, 20 * _HOUR)
            case = self._some_case(oid)
            if case is None:
                continue
            thief = Collector(oid, "session of the thief", case.round)
            got = await self._town.press(partial(collect_pass.collect_pass, case.id, thief))
            if isinstance(got, Sealed):
                self._world.broken(
                    "only the browser that asked can read the pass", "another session got the seal"
                )

    async def forge(self) -> None:
        """Write rows into the inbox that no door of ours makes."""
        town = self._town
        for _ in range(town.dice.choice((1, 2, 4))):
            await town.wait(30.0, 20 * _HOUR)
            case = self._some_case("")
            request = self._row(case) if case is not None else self._submission()

            async def put(web: WebPorts, request: Request = request) -> None:
                try:
                    await web.inbox.put(request)
                except ConflictError:
                    return

            self._world.trouble.say(
                f"           somebody forges {request.kind.value} of {request.application[:6]}"
            )
            await town.press(put)

    def _some_case(self, oid: str) -> Application | None:
        names = self._world.storage.applications.ids()
        found = [self._world.storage.applications.peek(each) for each in names]
        cases = [
            each.application for each in found if each is not None and oid in {"", each.application.subject}
        ]
        return self._town.dice.choice(cases) if cases else None

    def _evidence(self) -> str:
        """What a forger may have: nothing, nonsense, a token of somebody without the role, or one that has run out."""
        town = self._town
        return town.dice.choice(
            (
                "",
                "nonsense",
                town.staff_token("aud"),
                town.staff_token("stray"),
                self._world.tokens.make("rei", "", "Reviewer", at=self._world.start - timedelta(days=2)),
                self._world.card_tokens.make(
                    "card-of-nobody", "", verification="0" * 32, at=self._world.now()
                ),
            )
        )

    def _row(self, case: Application) -> Request:
        dice = self._town.dice
        approve = {
            "decision": "approve",
            "reason_code": "",
            "message": "",
            "confirm_contact": "on",
            "oid": "rei",
            "name": "",
        }
        confirm = {"card": "student_card", "face": "on", "valid": "on", "reason": "lost", "language": "ja"}
        key = {"public_key": "key of the forger", "session": "forger"}
        ahead = dice.choice((0, 0, 0, 1, 5))
        kinds: list[tuple[RequestKind, int, dict[str, str]]] = [
            (RequestKind.DECISION, case.round + ahead, approve),
            (RequestKind.CONFIRM, case.round + ahead, confirm),
            (RequestKind.RUN_AGAIN, case.interventions + ahead, {}),
            (RequestKind.STOP, case.interventions + ahead, {}),
            (RequestKind.LIFT_BLOCK, case.interventions, {"reason_code": "other", "seen": case.id}),
            (RequestKind.LIFT_BLOCK, case.interventions, {"reason_code": "other", "seen": case.id}),
            (RequestKind.SLIP, case.slips + 1 + ahead, {}),
            (RequestKind.LEAVE, case.round, {}),
            (RequestKind.SHOWN, case.attempts + ahead, {}),
            (RequestKind.TROUBLE, case.events + ahead, {}),
            (RequestKind.REGISTERED, case.events + ahead, {}),
            (RequestKind.PHOTO, case.round + ahead, {"photo": "f" * 32, "doubts": ""}),
            (RequestKind.PHOTO, case.round, {}),
            (RequestKind.DIFFERENT, 7, {"source": _DIGEST}),
            (RequestKind.SUBMIT, 0, {"channel": "website"}),
        ]
        if case.channel is Channel.IDENTITY_VERIFICATION:
            kinds.append(
                (RequestKind.PICKUP, case.attempts + 1, {**key, "verification": self._world.chance.token()})
            )
            if dice.random() < 0.5:
                return self._replayed(case, key)
        if dice.random() < 0.1:
            return self._turned()
        kind, slot, body = dice.choice(kinds)
        return Request(case.id, kind, slot, self._world.now(), body, self._evidence())

    def _turned(self) -> Request:
        """The freeze switch, turned by nobody."""
        kind, reason = self._town.dice.choice(
            ((RequestKind.FREEZE, "suspected_attack"), (RequestKind.THAW, "cleared"))
        )
        number = self._world.storage.switches._switch.number
        return Request(FREEZE_ID, kind, number, self._world.now(), {"reason_code": reason}, self._evidence())

    def _replayed(self, case: Application, key: dict[str, str]) -> Request:
        """A card's token that passed through this process before, for another attempt; under its own or another name."""
        tokens = self._world.card_tokens._made
        token = self._town.dice.choice(list(tokens)) if tokens else "nonsense"
        made_for = tokens[token][1] if tokens else ""
        name = made_for if self._town.chance(0.5) else self._world.chance.token()
        body = {**key, "verification": name}
        return Request(case.id, RequestKind.PICKUP, case.attempts + 1, self._world.now(), body, token)

    def _submission(self) -> Request:
        dice, world = self._town.dice, self._world
        oid = dice.choice(self._town.subjects)
        body = {
            "channel": dice.choice(("office", "form", "identity_verification")),
            "account": f"{oid}@u.example",
        }
        body |= {"reason": "lost", "language": "ja", "details": "", "source": _DIGEST}
        return Request(
            world.chance.token(), RequestKind.SUBMIT, 0, world.now(), body, self._evidence() or "nonsense"
        )

    async def administer(self, oid: str) -> None:
        """An administrator changes the account, or makes a pass by hand."""
        town, graph = self._town, self._world.graph
        await town.wait(60.0, 60 * _HOUR)
        if oid not in graph.accounts:
            return
        facts = graph.accounts[oid].facts
        does = town.dice.choice(("pass", "pass", "disable", "role", "protect", "addresses", "method"))
        self._world.trouble.say(f"           an administrator: {does} of {oid}")
        match does:
            case "pass":
                graph.make_foreign_pass(oid)
            case "disable":
                graph.change(replace(facts, enabled=False))
                await town.wait(600.0, 20 * _HOUR)
                graph.change(replace(graph.accounts[oid].facts, enabled=True))
            case "role":
                graph.change(replace(facts, eligible_roles=frozenset({"role-9"})))
            case "protect":
                graph.change(replace(facts, groups=facts.groups | {people.PROTECTED_GROUP}))
            case "addresses":
                graph.change(replace(facts, addresses=facts.addresses[:1]))
            case _:
                self._applicants.register(oid)

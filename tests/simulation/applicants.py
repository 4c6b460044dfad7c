"""People who lost their methods, whoever wants to be taken for one of them, and the owners who read their mail."""

from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final

from shared.domain.accounts import Method, MethodKind
from shared.domain.kinds import Language, Reason
from shared.domain.links import Purpose
from shared.services import act_on_own_case, answer_owner_notice, collect_pass, submit_application, take_form
from shared.services.collect_pass import Collector, Pending, Sealed
from shared.services.refusals import RefusedError
from tests.simulation.book import Shown
from tests.simulation.town import TYPED, Town

_HOUR: Final = 3600.0
_ASKS: Final = 3
_POLLS: Final = 25


class Applicants:
    """Those who apply by website or form, and the owners of the addresses on file."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._world = town.world
        self._sessions = 0
        self._collecting: set[str] = set()
        self._answered: set[str] = set()
        self._methods = 0
        town.world.readers.append(self._read)

    # --- to apply -------------------------------------------------------------------------------------

    async def apply_by_website(self, oid: str, nonce: str, *, attack: bool = False) -> None:
        """Fill in the form; sometimes twice."""
        await self._town.wait(1.0, 8 * _HOUR)
        await self.apply_at_once(oid, nonce, attack=attack)

    async def apply_at_once(self, oid: str, nonce: str, *, attack: bool = False) -> None:
        """The same, without waiting."""
        town = self._town
        got = None
        sent = submit_application.Submission(
            subject=oid,
            reason=town.dice.choice(list(Reason)),
            details=town.dice.choice(("", "My telephone fell into the sea.")),
            language=town.dice.choice(list(Language)),
            contact_email=TYPED if attack or town.chance(0.3) else "",
            photo=b"photo of a card that was found" if attack else f"photo of the card of {oid}".encode(),
            nonce=nonce,
            keep_doubts=True,
        )
        for _ in range(1 if town.chance(0.85) else 2):
            got = await town.press(lambda web: submit_application.submit_application(sent, web))
            if isinstance(got, submit_application.Accepted):
                self._accepted(got.id, attack=attack)
        if isinstance(got, submit_application.Accepted) and town.chance(0.1):
            await self._withdraw(got.id, oid)

    async def apply_by_form(self, oid: str, response: str) -> None:
        """Answer the Microsoft Form; the flow sends the response, sometimes again, sometimes with other content."""
        town = self._town
        await town.wait(1.0, 8 * _HOUR)
        for again in range(1 if town.chance(0.7) else 2):
            content = f"{response} changed" if again and town.chance(0.3) else response
            token = self._world.form_tokens.make(self._world.now())
            sent = take_form.FormResponse(
                "form-1",
                response,
                f"{oid}@u.example",
                {},
                sha256(content.encode()).hexdigest(),
                token if town.chance(0.9) else "stolen",
            )
            got = await town.press(partial(take_form.take_form, sent))
            if isinstance(got, take_form.FormTaken):
                self._accepted(got.id)
            await town.wait(1.0, 600.0)

    def _accepted(self, application: str, *, attack: bool = False) -> None:
        self._world.book.asked.setdefault(application, self._world.loop.seconds)
        if attack:
            self._town.attacked.add(application)

    async def _withdraw(self, application: str, oid: str) -> None:
        await self._town.wait(10.0, 24 * _HOUR)
        await self._town.press(lambda web: act_on_own_case.withdraw(application, oid, web))

    # --- to read mail ---------------------------------------------------------------------------------

    def _read(self, to: str, line: str) -> None:
        kind, application, _, action, not_me = line.split()
        town = self._town
        oid = next((each for each in town.subjects if to.startswith(f"{each}@")), "")
        if kind == "pickup" and action != "-":
            self._world.witness.link_sent(to, application)
            claims = self._world.links.read(Purpose.PICKUP, action)
            owner = oid or self._subject_of(application)
            if owner and application not in self._collecting and town.chance(0.85):
                self._collecting.add(application)
                town.begin(self._collect(application, owner, claims.round, claims.expires_at))
        elif kind == "returned" and oid and town.chance(0.8):
            town.begin(self._send_photo(application, oid))
        if not_me != "-" and oid and application not in self._answered:
            self._answer(application, not_me)

    def _subject_of(self, application: str) -> str:
        found = self._world.storage.applications.peek(application)
        return found.application.subject if found else ""

    def _answer(self, application: str, not_me: str) -> None:
        town = self._town
        attacked = application in town.attacked
        if town.chance(0.4 if attacked else 0.02):
            self._answered.add(application)
            town.begin(self._not_mine(not_me))
        elif not attacked and town.chance(0.03):
            self._answered.add(application)
            town.begin(self._mine(not_me))

    async def _not_mine(self, token: str) -> None:
        claims = self._world.links.read(Purpose.NOT_ME, token)
        await self._town.wait(5.0, 20 * _HOUR)
        await self._town.press(lambda web: answer_owner_notice.answer_not_mine(claims, web))

    async def _mine(self, token: str) -> None:
        claims = self._world.links.read(Purpose.NOT_ME, token)
        await self._town.wait(5.0, 20 * _HOUR)
        await self._town.press(lambda web: answer_owner_notice.answer_mine(claims, web))

    async def _send_photo(self, application: str, oid: str) -> None:
        better = f"photo of the card of {oid}, better".encode()
        await self._town.wait(60.0, 40 * _HOUR)
        await self._town.press(
            lambda web: act_on_own_case.send_photo(application, oid, better, web, keep_doubts=True)
        )

    # --- to collect the pass --------------------------------------------------------------------------

    async def _collect(self, application: str, oid: str, round_: int, until: datetime) -> None:
        """Open the mailed link, press the button, and read the page until it shows something."""
        await self._town.wait(5.0, 30 * _HOUR)
        if self._world.now() >= until:
            self._collecting.discard(application)  # the door says so, and where to go
            return
        self._sessions += 1
        collector = Collector(oid, f"session-{self._sessions}", round_)
        await self.obtain(application, collector)
        self._collecting.discard(application)

    async def obtain(self, application: str, collector: Collector) -> None:
        """Ask until there is a pass; then register a method with it, or not."""
        town = self._town
        for _ in range(_ASKS):
            key = f"key of {collector.session}"
            ask = partial(collect_pass.ask_for_pass, application, collector, key)
            asked = await town.press(ask)
            if isinstance(asked, RefusedError):
                return
            code = await self._poll(application, collector)
            if code is not None and await self.use(application, collector.subject, code):
                return
            await town.wait(2.0, 3 * _HOUR)

    async def _poll(self, application: str, collector: Collector) -> str | None:
        town, graph = self._town, self._world.graph
        for _ in range(_POLLS):
            before = graph.live(collector.subject)
            got = await town.press(lambda web: collect_pass.collect_pass(application, collector, web))
            if isinstance(got, Sealed):
                code = self.opened(application, collector, got.sealed, before.code if before else "")
                if town.chance(0.85):
                    await town.press(lambda web: collect_pass.confirm_shown(application, collector, web))
                return code
            if isinstance(got, RefusedError):
                return None
            if got is None or isinstance(got, Pending):
                await town.wait(1.0, 120.0)
        return None

    def opened(self, application: str, collector: Collector, sealed: str, before: str) -> str:
        """The browser decrypts: what the person sees."""
        key, code = self._world.book.keys[sealed]
        if key != f"key of {collector.session}":
            self._world.broken(
                "only the browser that asked can read the pass", f"{key} is not of {collector.session}"
            )
        now = self._world.graph.live(collector.subject)
        live = code in {before, now.code if now else ""}
        if not live:
            self._world.witness.shown_dead(application, code)
        self._world.book.shown.append(Shown(application, code, self._world.loop.seconds, live))
        self._world.trouble.say(f"           {collector.subject} sees a pass ({'live' if live else 'dead'})")
        return code

    async def use(self, application: str, oid: str, code: str) -> bool:
        """Sign in with the pass and register a method; whether that is what the person did."""
        town, graph = self._town, self._world.graph
        if town.chance(0.25):
            return town.chance(0.5)
        await town.wait(20.0, 3000.0)
        live = graph.live(oid)
        if live is None or live.code != code:
            if town.chance(0.4):
                await town.press(lambda web: act_on_own_case.report_trouble(application, oid, web))
            return False
        live.used = True
        await town.wait(10.0, 600.0)
        self.register(oid)
        if town.chance(0.6):
            await town.press(lambda web: act_on_own_case.report_registered(application, oid, web))
        return True

    def register(self, oid: str) -> None:
        """A new method, registered by whoever can sign in."""
        self._methods += 1
        method = Method(MethodKind.MICROSOFT_AUTHENTICATOR, f"new-{self._methods}", self._world.now())
        self._world.trouble.say(f"           {oid} registers a method")
        self._world.graph.register(oid, method)

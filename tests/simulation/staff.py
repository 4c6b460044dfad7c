"""Reviewers, clerks and operators: most do their work, some twice, some for themselves, some with a page of yesterday."""

from functools import partial
from random import Random
from typing import Final

from shared.domain.application import Application
from shared.domain.kinds import CardKind, DecisionKind, Language, Reason
from shared.domain.links import LinkClaims, Purpose
from shared.domain.staff import StaffIdentity
from shared.services import print_slip, review_case, serve_counter, watch_cases
from shared.services.collect_pass import Collector
from shared.services.refusals import RefusedError
from tests.simulation.applicants import Applicants
from tests.simulation.town import TYPED, Town
from tests.unit import people

_BACK: Final = 0.4
_HOUR: Final = 3600.0
_KINDS: Final = {
    DecisionKind.APPROVE: 14,
    DecisionKind.REJECT: 2,
    DecisionKind.RETURN: 2,
    DecisionKind.WRONG_DOCUMENT: 1,
}


class Staff:
    """Everybody who works for the university."""

    def __init__(self, town: Town, applicants: Applicants) -> None:
        self._town = town
        self._world = town.world
        self._applicants = applicants
        self._busy: set[tuple[str, str]] = set()
        town.world.readers.append(self._read)

    def _read(self, to: str, line: str) -> None:
        kind, application, _, action, _ = line.split()
        town = self._town
        if (
            to in people.REVIEWERS
            and kind in {"review", "review_reminder"}
            and town.chance(0.7 if town.quiet else 0.55)
        ):
            town.begin(self._review(self._world.links.read(Purpose.REVIEW, action)))
        if to in people.OPERATORS and ("operate", application) not in self._busy:
            self._busy.add(("operate", application))
            town.begin(self._operate(application if len(application) == 32 else ""))

    # --- reviewers ------------------------------------------------------------------------------------

    async def _review(self, claims: LinkClaims) -> None:
        town = self._town
        await town.wait(10.0, 6 * _HOUR)
        oid = town.dice.choice(("rei", "rei", "ren", "ren", "rei-too", "both", "clem", "ope"))
        if self._comes_back(claims):
            oid = "rei-too"
        kind = town.dice.choices(list(_KINDS), list(_KINDS.values()))[0]
        confirms = town.chance(0.15)
        form = review_case.DecisionForm(kind, None, "", confirms)
        identity = self._identity(oid)
        for _ in range(1 if town.chance(0.9) else 2):
            token = town.staff_token(oid)
            self._world.book.clicks.add((kind.value, claims.application, claims.round, oid))
            if confirms:
                self._world.book.clicks.add(("confirm contact", claims.application, claims.round, oid))
            await town.press(partial(review_case.decide, claims, identity, token, form))

    def _comes_back(self, claims: LinkClaims) -> bool:
        """Whoever approved once comes back with their second account, now and then."""
        case = self._case(claims.application)
        once = case is not None and any(each.oid == "rei" for each in case.approvals)
        return once and Random(f"{self._world.seed} {claims.application} {claims.round}").random() < _BACK

    def _identity(self, oid: str) -> StaffIdentity:
        return StaffIdentity(oid, f"Name of {oid}", self._town.roles_of(oid))

    # --- operators ------------------------------------------------------------------------------------

    async def _operate(self, application: str) -> None:
        """Look at what needs attention: let it run again, stop it, or leave it."""
        town = self._town
        await town.wait(30.0, 10 * _HOUR)
        self._busy.discard(("operate", application))
        oid = town.dice.choice(("ope", "both", "both"))
        identity = self._identity(oid)
        token = town.staff_token(oid)
        does = town.dice.random()
        if does < (0.6 if not town.quiet else 0.45) and application:
            await town.press(lambda web: watch_cases.run_again(application, identity, token, web))
        elif does < 0.8 and application:
            await town.press(lambda web: watch_cases.stop_case(application, identity, token, web))
        if town.chance(0.5):
            got = await town.press(watch_cases.list_attention)
            if isinstance(got, tuple):
                for each in got[1][:2]:
                    await town.press(partial(watch_cases.retry_poison, each.key, identity, token))

    # --- clerks ---------------------------------------------------------------------------------------

    async def serve(self, oid: str, nonce: str) -> None:
        """Somebody stands at the counter; the clerk looks them up, compares, and confirms, leaves or forgets."""
        town, dice = self._town, self._town.dice
        await town.wait(1.0, 30 * _HOUR)
        who = dice.choice(("cleo", "cleo", "cleo", "clem", "stray", "rei"))
        clerk = serve_counter.Clerk(self._identity(who), town.staff_token(who))
        account = f"{oid}@u.example" if town.chance(0.95) else "nobody@u.example"
        name = await town.press(
            lambda web: serve_counter.look_up(account, clerk, web, nonce=nonce, language=Language.JA)
        )
        if not isinstance(name, str):
            return
        self._world.book.asked.setdefault(name, self._world.loop.seconds)
        await town.wait(20.0, 1200.0)
        await town.press(lambda web: serve_counter.show_counter(name, clerk, web))
        does = dice.random()
        if does < 0.1:
            await town.press(lambda web: serve_counter.leave(name, clerk, web))
        elif does < 0.92:
            await self._confirm(name, clerk, who)

    async def _confirm(self, name: str, clerk: serve_counter.Clerk, who: str) -> None:
        town = self._town
        contact = TYPED if town.chance(0.2) else ""
        form = serve_counter.Confirmation(
            CardKind.STUDENT_CARD, town.dice.choice(list(Reason)), Language.EN, contact
        )
        case = self._case(name)
        self._world.book.clicks.add(("confirm", name, case.round if case else 1, who))
        done = await town.press(lambda web: serve_counter.confirm(name, clerk, form, web))
        if isinstance(done, RefusedError):
            return
        for _ in range(town.dice.choice((1, 1, 2))):
            await town.wait(10.0, 900.0)
            slip = await town.press(lambda web: print_slip.show_slip(name, clerk, web))
            if isinstance(slip, print_slip.Slip):
                await self._use_slip(name, slip)
            if town.chance(0.3):
                await town.press(lambda web: print_slip.print_slip(name, clerk, web))

    async def _use_slip(self, name: str, slip: print_slip.Slip) -> None:
        case = self._case(name)
        await self._town.wait(20.0, 30 * _HOUR)
        if case is None or self._world.now() >= slip.valid_until:
            return
        session = f"session-of-slip-{slip.number}-{name[:6]}"
        await self._applicants.obtain(name, Collector(case.subject, session, 0, slip=slip.number))

    def _case(self, name: str) -> Application | None:
        found = self._world.storage.applications.peek(name)
        return found.application if found else None

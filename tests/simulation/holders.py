"""Holders of a My Number Card: they link it while they can, verify it, and press for a pass at once."""

from dataclasses import replace
from functools import partial
from typing import Final

from shared.domain.kinds import Channel, Language
from shared.services import link_card, verify_card
from shared.services.collect_pass import Collector, Sealed, put_pickup
from shared.services.refusals import Refusal, RefusedError
from tests.simulation.applicants import Applicants
from tests.simulation.town import Town

_HOUR: Final = 3600.0
_PRESSES: Final = 4
_POLLS: Final = 20


class Holders:
    """Who has a card."""

    def __init__(self, town: Town, applicants: Applicants) -> None:
        self._town = town
        self._world = town.world
        self._applicants = applicants
        self._sessions = 0
        self._again: set[str] = set()
        town.world.readers.append(self._read)

    def _read(self, to: str, line: str) -> None:
        kind, *_ = line.split()
        oid = next((each for each in self._town.subjects if to.startswith(f"{each}@")), "")
        if (
            kind == "verify_again"
            and oid not in self._again
            and oid in self._town.cards
            and self._town.chance(0.8)
        ):
            self._again.add(oid)
            self._town.begin(self.verify(oid))

    def _verified(self, card: str) -> verify_card.CardHolder:
        self._sessions += 1
        verification = self._world.chance.token()
        token = self._world.card_tokens.make(card, "", verification=verification, at=self._world.now())
        session = f"session-of-card-{self._sessions}"
        return verify_card.CardHolder(verification, card, "", token, session, counts=True)

    async def verify(self, oid: str) -> None:
        """Verify the card, press "Issue a password", and read the page until it shows something."""
        town = self._town
        await town.wait(1.0, 20 * _HOUR)
        card = self._town.cards[oid]
        for _ in range(_PRESSES):
            holder = self._verified(card)
            if town.chance(0.06):
                await town.wait(500.0, 4000.0)  # the page was left open: the worker takes no old verification
            key = f"key of {holder.session}"
            asked = await town.press(
                partial(verify_card.issue, verify_card.Item.PASS, holder, key, Language.JA)
            )
            if isinstance(asked, RefusedError):
                if asked.refusal is not Refusal.VERIFY_AGAIN:
                    return
            elif asked is not None:
                self._world.book.asked.setdefault(asked.id, self._world.loop.seconds)
                code = await self._poll(replace(holder, application=asked.id), oid)
                if code is not None and await self._applicants.use(asked.id, oid, code):
                    return
            await town.wait(5.0, 2 * _HOUR)

    async def press_past_the_door(self, oid: str) -> None:
        """Ask again and again by a page that counts nothing: only the worker counts what a day has."""
        town = self._town
        for _ in range(4):
            await town.wait(1800.0, 6 * _HOUR)
            held = self._world.storage.locks._rows.get(oid)
            found = self._world.storage.applications.peek(held.application) if held else None
            if found is None or found.application.channel is not Channel.IDENTITY_VERIFICATION:
                continue
            holder = self._verified(town.cards[oid])
            collector = Collector(
                oid, holder.session, 0, verification=holder.verification, evidence=holder.token
            )
            case = found.application
            await town.press(
                partial(put_pickup, case.id, case.attempts + 1, collector, f"key of {collector.session}")
            )

    async def _poll(self, holder: verify_card.CardHolder, oid: str) -> str | None:
        town, graph = self._town, self._world.graph
        for _ in range(_POLLS):
            before = graph.live(oid)
            got = await town.press(lambda web: verify_card.collect(holder, web))
            if isinstance(got, tuple) and isinstance(got[0], Sealed):
                collector = Collector(oid, holder.session, 0)
                code = self._applicants.opened(
                    holder.application, collector, got[0].sealed, before.code if before else ""
                )
                if town.chance(0.85):
                    await town.press(lambda web: verify_card.confirm_shown(holder, web))
                return code
            if isinstance(got, RefusedError):
                return None
            await town.wait(1.0, 60.0)
        return None

    async def link(self, oid: str) -> None:
        """Sign in with MFA while it works, verify the card, and link the two."""
        town, card = self._town, f"card-of-{oid}"
        await town.wait(1.0, 5 * _HOUR)
        holder = self._verified(card)
        linker = self._linker(oid)
        got = await town.press(lambda web: link_card.link(linker, holder, Language.JA, web))
        if isinstance(got, str):
            town.cards[oid] = card

    async def unlink(self, oid: str) -> None:
        """Undo it, by the card or by signing in."""
        town = self._town
        await town.wait(60.0, 60 * _HOUR)
        if oid not in town.cards:
            return
        if town.chance(0.5):
            linker = self._linker(oid)
            await town.press(lambda web: link_card.unlink_by_sign_in(linker, Language.JA, web))
        else:
            holder = self._verified(town.cards[oid])
            await town.press(lambda web: link_card.unlink_by_card(holder, Language.JA, web))

    def _linker(self, oid: str) -> link_card.Linker:
        token = self._world.sign_ins.make(oid, at=self._world.now())
        return link_card.Linker(oid, f"{oid}@u.example", "", token, request=self._world.chance.token())

"""The card provider's part of the JSON door."""

import json
from typing import TYPE_CHECKING

from aiohttp import web

from local import people
from local.control.problems import ProblemError

if TYPE_CHECKING:
    from local.card.store import CardProvider


def routes(provider: "CardProvider") -> list[web.RouteDef]:
    """All routes; they come before the door's own, which ends with a route for everything else."""
    door = _Door(provider)
    return [
        web.get("/api/card/people", door.people),
        web.post("/api/card/people/{upn}/reissue", door.reissue),
        web.post("/api/card/rotate-keys", door.rotate_keys),
        web.get("/api/card/journal", door.journal),
        web.delete("/api/card/journal", door.clear_journal),
    ]


class _Door:
    def __init__(self, provider: "CardProvider") -> None:
        self._provider = provider

    async def people(self, _request: web.Request) -> web.Response:
        cards = self._provider.cards
        told = [
            {"upn": person.upn, "name": cards.of(person).name, "issue": cards.issue(person)}
            for person in people.everyone()
        ]
        return _json(told)

    async def reissue(self, request: web.Request) -> web.Response:
        person = people.find(request.match_info["upn"])
        if person is None:
            return ProblemError(404, "There is no such sample person: see /api/people.").response()
        return _json({"issue": self._provider.cards.reissue(person)})

    async def rotate_keys(self, request: web.Request) -> web.Response:
        return _json({"kid": self._provider.keys.rotate(forget=request.query.get("forget") == "true")})

    async def journal(self, _request: web.Request) -> web.Response:
        return _json(self._provider.journal.entries())

    async def clear_journal(self, _request: web.Request) -> web.Response:
        self._provider.journal.clear()
        return web.Response(status=204)


def _json(value: object) -> web.Response:
    return web.json_response(value, dumps=lambda found: json.dumps(found, ensure_ascii=False))

"""The sample university over tables and blobs of a storage account: for tests of what outlives a process, or a version."""

from dataclasses import replace
from datetime import UTC, datetime

from shared.adapters.records import Records
from shared.adapters.storage import Storage
from shared.adapters.system import SystemRandomness
from shared.domain.application import Application
from shared.domain.kinds import DecisionKind, ReasonCode
from shared.services.wake_due import wake_due
from tests.unit.people import Staff
from tests.unit.world import World


class TableWorld(World):
    """The sample university whose tables and blobs lie in a storage account; hints stay in memory."""

    kept: Records

    def moves_to(self, storage: Storage) -> None:
        """From now on everything lies there."""
        kept = self.kept = Records(storage, SystemRandomness())
        self.web = replace(
            self.web,
            applications=kept.applications,
            open_cases=kept.open_cases,
            all_cases=kept.all_cases,
            heads=kept.heads,
            inbox=kept.inbox,
            locks=kept.locks,
            card_links=kept.card_links,
            switches=kept.switches,
            photos=kept.photos,
            poison=kept.poison,
            accesses=kept.accesses,
        )
        self.worker = replace(
            self.worker,
            applications=kept.applications,
            heads=kept.heads,
            open_cases=kept.open_cases,
            inbox=kept.inbox,
            sweep=kept.inbox,
            due=kept.due,
            locks=kept.locks,
            card_links=kept.card_links,
            switches=kept.switches,
            budgets=kept.budgets,
            meters=kept.meters,
            photos=kept.photos,
            photo_prints=kept.photo_prints,
            poison=kept.poison,
        )

    async def read(self, application: str) -> Application:
        """A case as it is stored."""
        found = await self.kept.applications.read(application)
        assert found is not None
        return found.application

    async def timer(self) -> None:
        """The timer, and what the queues hold."""
        await wake_due(self.worker)
        await self.run()

    async def decided(self, kind: DecisionKind, reason: ReasonCode | None = None) -> None:
        """A reviewer decides, with a token that is good now: storage stamps the request with real time."""
        await self.decide(kind, reason=reason)
        await self.run()


def hired_now(world: World) -> None:
    """Storage stamps requests with real time: the staff's tokens are of now."""
    for oid, member in world.staff.items():
        token = world.tokens.make(oid, member.identity.name, *member.identity.roles, at=datetime.now(UTC))
        world.staff[oid] = Staff(member.identity, token)

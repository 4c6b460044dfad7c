"""Take from the shared mail budget, all classes of a case at once, guarded by ETag."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.mails import CAN_WAIT, MailBudget, MailLimits, Urgency, in_turn
from shared.domain.wakes import TRY_AGAIN
from shared.ports import StaleError
from shared.services.worker_ports import WorkerPorts

_TRIES = 8


@dataclass(frozen=True)
class Allowance:
    """What may be sent now.

    Attributes:
        granted: Messages of each class.
        again_at: When to ask again, if something was not granted (UTC).
        crowded: More than half the hour is spent: staff get one message for several cases.
    """

    granted: Mapping[Urgency, int] = field(default_factory=dict)
    again_at: datetime | None = None
    crowded: bool = True


async def take_allowance(
    wanted: Mapping[Urgency, int], ports: WorkerPorts, *, owed_at: datetime | None = None
) -> Allowance:
    """Take as much as the budget gives, the most urgent class first; ``owed_at``: since when the oldest of them is owed.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    limits = ports.rules.mail_limits
    for _ in range(_TRIES):
        now = ports.clock.now()
        read, version = await ports.budgets.read()
        before = (read or MailBudget.fresh(now)).rolled(now)
        after, allowance = share(before, wanted, limits, now, owed_at=owed_at or now)
        if after == before:
            return allowance
        try:
            await ports.budgets.write(after, version)
        except StaleError:
            continue
        return allowance
    return Allowance(again_at=ports.clock.now() + TRY_AGAIN)


def share(
    budget: MailBudget,
    wanted: Mapping[Urgency, int],
    limits: MailLimits,
    now: datetime,
    *,
    owed_at: datetime,
) -> tuple[MailBudget, Allowance]:
    """The bucket after giving out what it can, and what was given.

    Who is turned away comes back in the order of waiting, and what is owed only now stands back until then. Staff have their
    own order: one digest for all cases.
    """
    granted: dict[Urgency, int] = {}
    again: list[datetime] = []
    for urgency in Urgency:
        count = wanted.get(urgency, 0)
        if count == 0:
            continue
        staff = urgency is Urgency.STAFF
        if staff and not budget.staff_may_be_told(limits, now):
            again.append((budget.staff_at or now) + limits.digest_every)
            continue
        turn = None if staff else budget.stands_back(owed_at, now)
        if turn is not None:
            again.append(turn)
            continue
        granted[urgency] = min(count, budget.room(urgency, limits, now))
        if granted[urgency]:
            # A digest that not all could be told of is not over: the others need not wait for the next one.
            told = staff and granted[urgency] == count
            budget = budget.taken(granted[urgency], now, staff=told, waited=urgency in CAN_WAIT)
        if granted[urgency] < count:
            again.append(budget.next_chance(urgency, limits, now))
            if urgency is Urgency.FIRST:
                budget = budget.turned_away(again[-1], now)
    crowded = budget.hour_sent * 2 >= limits.per_hour
    chance = min(again, default=None)
    others = {urgency: count for urgency, count in wanted.items() if urgency is not Urgency.STAFF}
    if chance is not None and any(granted.get(each, 0) < count for each, count in others.items()):
        chance = in_turn(chance, owed_at, now)
    return budget, Allowance(granted, chance, crowded)

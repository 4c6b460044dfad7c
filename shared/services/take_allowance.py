"""Take from the shared mail budget, all classes of a case at once, guarded by ETag."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.mails import MailBudget, MailLimits, Urgency
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


async def take_allowance(wanted: Mapping[Urgency, int], ports: WorkerPorts) -> Allowance:
    """Take as much as the budget gives, the most urgent class first.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    limits = ports.rules.mail_limits
    for _ in range(_TRIES):
        now = ports.clock.now()
        read, version = await ports.budgets.read()
        before = (read or MailBudget.fresh(now)).rolled(now)
        after, allowance = share(before, wanted, limits, now)
        if after == before:
            return allowance
        try:
            await ports.budgets.write(after, version)
        except StaleError:
            continue
        return allowance
    return Allowance(again_at=ports.clock.now() + TRY_AGAIN)


def share(
    budget: MailBudget, wanted: Mapping[Urgency, int], limits: MailLimits, now: datetime
) -> tuple[MailBudget, Allowance]:
    """The bucket after giving out what it can, and what was given."""
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
        granted[urgency] = min(count, budget.room(urgency, limits, now))
        if granted[urgency]:
            budget = budget.taken(granted[urgency], now, staff=staff)
        if granted[urgency] < count:
            again.append(budget.next_chance(limits, now))
    crowded = budget.hour_sent * 2 >= limits.per_hour
    return budget, Allowance(granted, min(again, default=None), crowded)

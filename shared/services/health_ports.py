"""Everything the checks of an environment need from outside; what one role does not use is None or empty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from shared import ports
from shared.domain.business_hours import BusinessCalendar
from shared.ports.backup import Backups


@dataclass(frozen=True, kw_only=True)
class HealthPorts:
    """Ports and what to ask them about.

    Attributes:
        reads: Tables that this role reads.
        changes: Tables of which it may delete rows.
        queues: Queues that it takes messages from.
        poison_queues: Where the platform puts what it gave up on.
        containers: Containers that it reads.
        erased: Containers of which it may delete blobs.
        has_country: Whether national holidays are asked for.
        removes: Whether old methods are removed at all; where they are kept, the roles for it are not asked for.
        backups: The container of exports, where this role makes them.
        backup_every: How long after one export the next is due; zero: none is made.
        key_marks: Setting of a key that can be rotated, and the mark of the key in use.
        seconds: How long one check may take.
        package: The mark of the package that this process runs from.
    """

    clock: ports.Clock
    calendar: BusinessCalendar
    switches: ports.Switches
    poison: ports.PoisonRows
    storage: ports.StorageProbe
    graph: ports.GraphProbe | None = None
    mail: ports.MailProbe | None = None
    sign_in: ports.SignInProbe | None = None
    reads: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    poison_queues: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    has_country: bool = False
    removes: bool = True
    backups: Backups | None = None
    backup_every: timedelta = timedelta(0)
    key_marks: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = 25.0
    package: str = "source"

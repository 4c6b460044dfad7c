"""What backup and restore need from outside: a few ports of the worker's, and the tables as they lie there."""

from dataclasses import dataclass
from datetime import timedelta

from shared import ports
from shared.ports.backup import Backups, TableRows


@dataclass(frozen=True, kw_only=True)
class BackupPorts:
    """The ports of the timer that makes backups.

    Attributes:
        clock: The business clock.
        tables: The rows.
        files: The container of backups.
        every: How long after one backup the next is made; zero: none is made.
        kept: How long one lives; what was erased from the tables is in no backup after this.
    """

    clock: ports.Clock
    tables: TableRows
    files: Backups
    every: timedelta
    kept: timedelta


@dataclass(frozen=True, kw_only=True)
class RestorePorts:
    """The ports of the command that restores.

    Attributes:
        clock: The business clock.
        tables: The rows.
        files: The container of backups.
        all_cases: To wake every restored case.
        due: Where they are woken.
        switches: Passes are frozen before anything else is.
    """

    clock: ports.Clock
    tables: TableRows
    files: Backups
    all_cases: ports.AllCases
    due: ports.DueRows
    switches: ports.Switches

"""What verifying the audit trail needs from outside: reading, and nothing else."""

from dataclasses import dataclass
from typing import Protocol

from shared import ports


class AuditReaders(Protocol):
    """Whoever can read trails and heads: the auditor's command, and web."""

    @property
    def all_cases(self) -> ports.AllCases:
        """The cases and their trails."""
        ...

    @property
    def heads(self) -> ports.KeptHeads:
        """The container of heads."""
        ...


@dataclass(frozen=True, kw_only=True)
class AuditPorts:
    """The ports of the command."""

    all_cases: ports.AllCases
    heads: ports.KeptHeads

"""Write the head of an audit chain to the container of heads, and note what came of it for the domain to judge."""

import logging

from shared.domain.audit import AuditHead
from shared.domain.steps import Findings
from shared.logs import frames
from shared.ports import ConflictError, PortError
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)


async def keep_head(head: AuditHead, found: Findings, ports: WorkerPorts) -> None:
    """Keep it. Whatever the container answers, the look goes on: what is still owed is tried again by a later one."""
    application = head.application
    try:
        await ports.heads.keep(head, at=ports.clock.now())
    except ConflictError:
        _LOG.error("another head of the audit chain is kept already", extra={"application": application})
        found.head_differs = head.number
    except PortError as error:
        _LOG.warning(
            "a head of the audit chain is put off: %s at %s",
            type(error).__name__,
            frames(error),
            extra={"application": application},
        )
        found.head_blocked = True
    else:
        found.head = max(found.head, head.number)

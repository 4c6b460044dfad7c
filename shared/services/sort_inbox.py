"""Of what lies in the inbox under one name: do at once what is about no case, and hand on the requests of the case."""

from collections.abc import Sequence

from shared.domain.requests import Request
from shared.services.set_aside import set_aside
from shared.services.tend_freeze import tend_freeze
from shared.services.tend_link import tend_links
from shared.services.worker_ports import WorkerPorts


async def sort_inbox(inbox: Sequence[Request], ports: WorkerPorts) -> list[Request]:
    """The requests about the case; what is malformed, about links or about the freeze switch is done here and now.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    return await tend_freeze(await tend_links(await set_aside(inbox, ports), ports), ports)

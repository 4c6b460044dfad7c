"""Hints in storage queues: a message is the id of an application and nothing else."""

from shared import names
from shared.adapters.storage import Storage
from shared.adapters.storage_errors import port_errors

_FOR_EVER = -1


class QueueHints:
    """The port ``Hints`` over one queue a lane."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def send(self, lane: str, application: str) -> None:
        """Put a hint into a lane, to live for ever: the platform's default would drop it after 7 days.

        Raises:
            ValueError: there is no such lane.
        """
        if lane not in names.LANES:
            raise ValueError("there is no such lane")
        async with port_errors("send a hint"):
            await self._storage.queue(lane).send_message(application, time_to_live=_FOR_EVER)

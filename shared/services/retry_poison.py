"""The worker's side of "retry": an operator's token, verified here, sends a message again that the platform gave up on."""

from shared.domain.kinds import Role
from shared.domain.requests import Request
from shared.services.worker_ports import WorkerPorts

_LANES = frozenset({"review", "issuance", "mail"})


async def retry_poison(request: Request, ports: WorkerPorts) -> None:
    """Send the message again and forget that it was given up; a request without an operator's token is dropped.

    Raises:
        UnavailableError: keys or storage cannot be reached; the request stays in the inbox.
    """
    staff = None
    if request.evidence and request.stamped_at is not None:
        staff = await ports.staff_tokens.verify(request.evidence, stamped_at=request.stamped_at)
    if staff is not None and Role.OPERATOR.value in staff.roles:
        for each in await ports.poison.kept():
            if each.key == request.body.get("poison"):
                lane = (
                    each.lane if each.lane in _LANES else "review"
                )  # a row of the inbox: its case is looked at
                await ports.hints.send(lane, each.text)
                await ports.poison.drop(each.key)
    await ports.sweep.erase([request])

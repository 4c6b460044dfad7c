"""Tell every operator of what concerns the whole service, out of the shared mail budget."""

from uuid import NAMESPACE_URL, uuid5

from shared.domain.mails import Urgency
from shared.ports import ForbiddenError, Notice, UnavailableError, UnknownOutcomeError
from shared.services.take_allowance import take_allowance
from shared.services.worker_ports import WorkerPorts


async def tell_operators(notice: Notice, mark: str, ports: WorkerPorts) -> bool:
    """One mail to each operator; whether all were handed over. A mail sent once more is the same one: ``mark`` names it.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    operators = ports.rules.operators
    allowance = await take_allowance({Urgency.STAFF: len(operators)}, ports)
    told = 0
    for address in operators[: allowance.granted.get(Urgency.STAFF, 0)]:
        operation = str(uuid5(NAMESPACE_URL, f"service:{notice.kind}:{mark}:{address}"))
        try:
            await ports.mailer.send(ports.composer.service_notice(address, notice), operation=operation)
        except ForbiddenError:
            told += 1  # never will be: the others must not hear of it again and again
        except (UnavailableError, UnknownOutcomeError):
            continue
        else:
            told += 1
    return told == len(operators)

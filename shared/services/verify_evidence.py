"""Verify what came with an application or a request: the tokens of staff, clerks and the flow of a form, and whom they name."""

from shared.domain.application import Application
from shared.domain.case_parts import Proof
from shared.domain.requests import Request, RequestKind
from shared.domain.staff import Decider
from shared.domain.steps import Findings, Need
from shared.ports import MissingError, UnavailableError
from shared.services.worker_ports import WorkerPorts


async def gather_evidence(need: Need, application: Application, found: Findings, ports: WorkerPorts) -> None:
    """Fill ``found`` with what came with the application: the flow's token, the clerk's, the account they named.

    Raises:
        UnavailableError: keys or directory cannot be read now.
    """
    match need:
        case Need.PROOF:
            found.proved = await _proved(application.proof, ports)
        case Need.CLERK:
            found.clerk = await _clerk(application.proof, ports)
        case _:
            found.subject = await ports.directory.find(application.account) or ""


async def gather_decider(request: Request, found: Findings, ports: WorkerPorts) -> None:
    """Verify the token of a staff request; what does not verify is nobody.

    Raises:
        UnavailableError: keys or directory cannot be read now.
    """
    proof = _proof_of(request)
    if request.kind is RequestKind.CONFIRM:  # whose scope is asked again
        found.deciders[request.key] = await _clerk(proof, ports)
        return
    staff = None
    if proof is not None and proof.evidence:
        staff = await ports.staff_tokens.verify(proof.evidence, stamped_at=proof.stamped_at)
    employee_id = await ports.directory.employee_id(staff.oid) if staff else ""
    found.deciders[request.key] = Decider(staff, employee_id)


async def gather_form_proof(request: Request, found: Findings, ports: WorkerPorts) -> None:
    """Verify the flow's token of a later request.

    Raises:
        UnavailableError: the keys cannot be read now.
    """
    found.form_proofs[request.key] = await _proved(_proof_of(request), ports)


def _proof_of(request: Request) -> Proof | None:
    return Proof(request.evidence, request.stamped_at) if request.stamped_at is not None else None


async def _proved(proof: Proof | None, ports: WorkerPorts) -> bool:
    """Whether the flow's token verifies; without one only where a shared key is enough by setting."""
    if proof is None:
        return False
    if not proof.evidence:
        return ports.rules.forms_without_token
    return await ports.form_tokens.verify(proof.evidence, stamped_at=proof.stamped_at)


async def _clerk(proof: Proof | None, ports: WorkerPorts) -> Decider:
    """Whom a clerk's token names, with employee id and groups; what does not verify is nobody.

    Raises:
        UnavailableError: keys or directory cannot be read now; also while a list of the clerk's is missing (replication).
    """
    if proof is None or not proof.evidence:
        return Decider(None)
    staff = await ports.staff_tokens.verify(proof.evidence, stamped_at=proof.stamped_at)
    try:
        facts = await ports.directory.facts(staff.oid) if staff else None
    except MissingError as error:
        raise UnavailableError("the clerk's groups cannot be read") from error
    if staff is None or facts is None:
        return Decider(None)
    return Decider(staff, facts.employee_id, facts.groups)

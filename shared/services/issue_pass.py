"""Make one pass for one claimed attempt, seal it to the browser that asked, and keep the code nowhere.

Order (DESIGN section 2 "Issuance"): end sessions; a stolen device's methods go; look for an existing pass and delete
it; read the freeze switch and the clock again; create once; seal. The record is the loop's next commit.
"""

from shared.domain.accounts import AccountFacts
from shared.domain.application import Application
from shared.domain.case_parts import Attempt
from shared.domain.issuing import Minted, NotMinted, old_methods, removes_before_issuing
from shared.domain.putting_off import FROZEN, TRIAL
from shared.ports import ForbiddenError, NewPass, UnavailableError, UnknownOutcomeError
from shared.services.gather_facts import is_frozen
from shared.services.remove_old_methods import remove
from shared.services.worker_ports import WorkerPorts


class _TooLateError(Exception):
    """No Graph write so shortly before the deadline."""


async def issue_pass(
    application: Application, account: AccountFacts | None, ports: WorkerPorts
) -> Minted | NotMinted | None:
    """Make the pass of the present attempt.

    Returns:
        Minted or NotMinted; None when nobody knows yet: the deadline will clear up.
    """
    attempt = application.attempt
    if attempt is None or account is None:
        return None
    if ports.rules.evaluation:  # claimed before the trial began: nothing is touched
        return NotMinted(attempt.number, TRIAL)
    gone: frozenset[str] = frozenset()
    try:
        gone = await _prepare(application, attempt, ports)
        if await is_frozen(ports):  # once more: an operator may have frozen it since the claim
            return NotMinted(attempt.number, FROZEN)
        _check_time(attempt, ports)
        minted = await ports.passes.create(
            application.subject, minutes=account.pass_minutes, one_time=ports.rules.one_time_pass
        )
    except _TooLateError:
        return NotMinted(attempt.number, "too_late")
    except ForbiddenError:
        return NotMinted(attempt.number, "refused", for_good=True)
    except UnavailableError:
        return NotMinted(attempt.number, "unavailable")
    except UnknownOutcomeError:
        return await _clear_up(application, attempt, gone, ports)
    return await _seal(application, attempt, minted, ports)


async def _prepare(application: Application, attempt: Attempt, ports: WorkerPorts) -> frozenset[str]:
    """End sessions, remove what was stolen, delete what is there; the ids of passes that are not the new one, listed or not."""
    _check_time(attempt, ports)
    await ports.sessions.revoke(application.subject)
    if removes_before_issuing(application, ports.rules):
        stolen = old_methods(application, application.remembered or ())
        await remove(application.subject, stolen, ports, check=lambda: _check_time(attempt, ports))
    found = await ports.passes.listed(application.subject)
    for live in found:
        _check_time(attempt, ports)
        await ports.passes.delete(application.subject, live.id)
    current = application.current_pass
    return frozenset(each.id for each in found) | ({current.id} if current is not None else set())


async def _seal(
    application: Application, attempt: Attempt, minted: NewPass, ports: WorkerPorts
) -> Minted | NotMinted:
    try:
        sealed = ports.sealer.seal(attempt.public_key, minted.code)
    except ValueError:
        await ports.passes.delete(application.subject, minted.id)
        return NotMinted(attempt.number, "unusable_key")
    return Minted(attempt.number, minted.id, sealed, minted.expires_at)


async def _clear_up(
    application: Application, attempt: Attempt, gone: frozenset[str], ports: WorkerPorts
) -> NotMinted | None:
    """The answer to the create was lost: a pass that is seen is deleted; one that is not seen may still appear.

    A list of Graph that lags shows one of ``gone``, which was deleted before the new one was made: that is not the new one.
    """
    try:
        _check_time(attempt, ports)
        live = await ports.passes.listed(application.subject)
        for each in live:
            await ports.passes.delete(application.subject, each.id)
    except (_TooLateError, UnavailableError, UnknownOutcomeError, ForbiddenError):
        return None
    return NotMinted(attempt.number, "answer_lost") if {each.id for each in live} - gone else None


def _check_time(attempt: Attempt, ports: WorkerPorts) -> None:
    if ports.clock.now() >= attempt.deadline - ports.rules.write_margin:
        raise _TooLateError

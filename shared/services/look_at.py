"""The one loop: read a case, ask the domain for the next step, do it, again, until the domain says wait.

Every queue message, inbox row and due row ends here. It may run twice, late, or beside another of its kind: every save
carries the ETag it read, and a case that somebody else changed is read anew.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from shared.domain.application import Change
from shared.domain.erasing import after_erasure
from shared.domain.issuing import Minted
from shared.domain.mails import OwedMail
from shared.domain.next_step import next_step
from shared.domain.requests import Request
from shared.domain.states import State
from shared.domain.step_of_audit import remembering
from shared.domain.steps import (
    Case,
    Commit,
    DeletePasses,
    ErasePhotos,
    EraseRequests,
    EraseRows,
    Findings,
    ForgetLock,
    Gather,
    GatherCard,
    GatherDecider,
    GatherFormProof,
    KeepContest,
    KeepHead,
    LiftBlock,
    LookUpPhoto,
    MintPass,
    RemoveMethods,
    RevokeSessions,
    SendMails,
    Step,
    Supersede,
    Wait,
)
from shared.domain.wakes import TRY_AGAIN, lane_of, wake_after
from shared.logs import frames
from shared.ports import (
    ConflictError,
    ForbiddenError,
    Snapshot,
    StaleError,
    UnavailableError,
    UnknownOutcomeError,
    Wake,
)
from shared.ports.telemetry import Metric, Span, SpanName
from shared.services import gather_card, gather_facts, keep_block
from shared.services.act_on_account import end_sessions, remove_methods, still_ours
from shared.services.erase_data import erase_data
from shared.services.issue_pass import issue_pass
from shared.services.keep_head import keep_head
from shared.services.leave_alone import leaving_newer_alone
from shared.services.look_up_photo import look_up_photo
from shared.services.send_mails import send_mails
from shared.services.sort_inbox import sort_inbox
from shared.services.supersede import supersede, tell_successor
from shared.services.tell_progress import links_of, tell_move, trace_of
from shared.services.verify_evidence import gather_decider, gather_form_proof
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

_MAX_STEPS = 80


class EndlessLookError(Exception):
    """The steps of one look did not come to an end: a fault of ours, for the poison queue and the operator."""


@leaving_newer_alone
async def look_at(application: str, ports: WorkerPorts, *, woken_by: Sequence[Wake] = ()) -> None:
    """Do everything that is due for one case now.

    Args:
        application: Id of the case; one that does not exist is no error.
        ports: The worker's ports.
        woken_by: Due rows that caused this look; they are erased when something else guards the case.

    Raises:
        UnavailableError: storage cannot be reached; the caller's message or row stays and tries again.
        EndlessLookError: see there.
    """
    look = _Look(application, ports)
    await look.read()
    with look.told() as span:
        for number in range(_MAX_STEPS):
            step = look.next()
            if isinstance(step, Wait):
                await look.rest(step.until, woken_by)
                look.tell_end(span, number)
                return
            await look.do(step)
        raise EndlessLookError


class _Look:
    """One look at one case: what was read, and what was found out since."""

    def __init__(self, application: str, ports: WorkerPorts) -> None:
        self._id = application
        self._ports = ports
        self._snapshot: Snapshot | None = None
        self._inbox: tuple[Request, ...] = ()
        self._found = Findings()
        self._forgotten = False

    def told(self) -> AbstractContextManager[Span]:
        """The look as part of the trace of its case, linked to what was asked meanwhile."""
        trace = trace_of(self._snapshot.application if self._snapshot else None, self._inbox)
        links = links_of(self._inbox, trace)
        return self._ports.telemetry.span(SpanName.LOOK, trace=trace, links=links, application=self._id)

    def tell_end(self, span: Span, steps: int) -> None:
        """Where the case stands now, and after how many steps."""
        if self._snapshot is not None:
            now = self._snapshot.application
            span.tell(state=now.state.value, channel=now.channel.value, steps=str(steps))
            self._ports.telemetry.count(Metric.LOOKS, state=now.state.value, channel=now.channel.value)

    async def read(self) -> None:
        """Read anew; a pass that this look made or deleted, or an attempt it claimed, is not forgotten.

        The inbox first: so the case is never older than what its requests saw.
        """
        self._inbox = tuple(await sort_inbox(await self._ports.inbox.waiting(self._id), self._ports))
        self._snapshot = await self._ports.applications.read(self._id)
        self._found = Findings(
            minted=self._found.minted,
            claimed=self._found.claimed,
            passes_deleted=self._found.passes_deleted,
            head=self._found.head,
            salt="" if self._snapshot else self._ports.randomness.token(),
        )

    def next(self) -> Step:
        """What the domain wants done."""
        return next_step(self._case(), self._ports.clock.now(), self._ports.rules)

    async def do(self, step: Step) -> None:
        """Do one step; what cannot be reached outside is noted, for the domain to wait."""
        try:
            await self._do(step)
        except (UnavailableError, UnknownOutcomeError) as error:
            if isinstance(step, Commit | EraseRequests | ErasePhotos):
                raise
            application = self._id
            _LOG.warning(
                "put off: %s at %s", type(error).__name__, frames(error), extra={"application": application}
            )
            if isinstance(step, SendMails):
                self._found.mails_blocked_until = self._ports.clock.now() + TRY_AGAIN
            else:
                self._found.unreachable = True
        except ForbiddenError:
            if isinstance(step, Commit | EraseRequests | ErasePhotos | SendMails):
                raise  # storage refuses: nothing that the account is to blame for
            self._found.refused = True

    async def _do(self, step: Step) -> None:
        match step:
            case Commit(change):
                await self._commit(change)
            case Gather() | GatherDecider() | GatherFormProof() | GatherCard() | LookUpPhoto():
                await self._gather(step)
            case Supersede(other):
                await supersede(other, self._known().application, self._ports)
                self._found.lock = None  # whose it is now is to be looked at again
            case SendMails(mails):
                await self._send(mails)
            case KeepHead(head):
                await keep_head(head, self._found, self._ports)
            case EraseRows() | ForgetLock():
                self._snapshot = await erase_data(step, self._known(), self._found, self._ports)
            case EraseRequests(requests):
                await self._ports.sweep.erase(requests)
                gone = {each.key for each in requests}
                self._inbox = tuple(each for each in self._inbox if each.key not in gone)
            case ErasePhotos(names):
                for name in names:
                    await self._ports.photos.erase(name)
                self._found.photos_erased |= set(names)
            case _:
                await self._act_on_account(step)

    async def _send(self, mails: Sequence[OwedMail]) -> None:
        """If others went on meanwhile, all is read anew: what was found out belongs to the case as it was."""
        outcome = await send_mails(self._known(), mails, self._ports)
        if outcome.snapshot.version == self._known().version:
            self._snapshot = outcome.snapshot
        else:
            await self.read()
        self._found.mails_blocked_until = outcome.blocked_until

    async def _gather(
        self, step: Gather | GatherDecider | GatherFormProof | GatherCard | LookUpPhoto
    ) -> None:
        """The steps that only ask."""
        match step:
            case Gather(needs):
                await gather_facts.gather(needs, self._known(), self._found, self._ports)
            case GatherDecider(request):
                await gather_decider(request, self._found, self._ports)
            case GatherFormProof(requests):
                for each in requests:
                    await gather_form_proof(each, self._found, self._ports)
            case GatherCard(request):
                await gather_card.of_request(request, self._found, self._ports)
            case LookUpPhoto(photo):
                use = await look_up_photo(step, self._known().application, self._ports)
                self._found.photo_uses[photo.name] = use

    async def _act_on_account(self, step: Step) -> None:
        """The steps that change something in the directory."""
        subject = self._known().application.subject
        match step:
            case MintPass(application):
                self._found.claimed = 0  # before the call: an attempt is tried once, whatever is raised
                self._found.minted = await issue_pass(application, self._found.account, self._ports)
                self._found.methods = self._found.passes = self._found.card_passes = self._found.frozen = None
            case DeletePasses(ids):
                await self._delete_passes(ids)
            case RevokeSessions():
                self._found.sessions_revoked = await end_sessions(subject, self._found, self._ports)
            case KeepContest():
                await keep_block.keep_contest(self._known().application, self._ports)
                self._found.contest_kept = True
            case LiftBlock():
                await keep_block.lift_block(self._known().application, self._ports)
                self._found.block_lifted = True
            case RemoveMethods(methods):
                self._found.methods_gone = await remove_methods(subject, methods, self._found, self._ports)
            case _:
                raise EndlessLookError

    async def _commit(self, change: Change) -> None:
        """Save with a due row that was written before; if somebody else was first, read anew."""
        before, now = self._snapshot, self._ports.clock.now()
        change = after_erasure(before.application if before else None, change, now, self._ports.rules)
        change = remembering(change, self._found)
        after = change.application
        opened = before is None or (before.application.terminal and not after.terminal)
        if opened or after.state is State.ATTENTION:  # again: a slower worker may have dropped it
            self._forgotten = False
            await self._ports.open_cases.add(after.id)
        wake = await self._guard(change)
        try:
            self._snapshot = await self._ports.applications.save(before, change, wake)
        except (StaleError, ConflictError, UnknownOutcomeError):
            await self.read()
            return
        tell_move(before.application if before else None, after, self._ports.telemetry)
        claims = before is not None and after.attempts > before.application.attempts
        if claims and after.state is State.ISSUING:  # this save, and no other that is made meanwhile
            self._found.claimed = after.attempts
        if after.terminal and before is not None and not before.application.terminal:
            await self._forget()
            await tell_successor(after, self._ports)

    async def _forget(self) -> None:
        """Take the case out of the index of open ones, once in a look."""
        if not self._forgotten:
            await self._ports.open_cases.drop(self._id)
            self._forgotten = True

    async def _guard(self, change: Change) -> Wake | None:
        """The due row that guards this save: the one the case names already, if early enough, or a new one."""
        now = self._ports.clock.now()
        owes = bool(change.mails or change.events) or bool(self._case().owed())  # an event owes a head
        needed = wake_after(change.application, now, owes_mail=owes)
        if needed is None:
            return None
        named = self._snapshot.wake if self._snapshot else None
        if named is not None and now < named.at <= needed:
            return named
        return await self._ports.due.insert(needed, self._id, lane_of(change.application))

    async def _delete_passes(self, ids: tuple[str, ...]) -> None:
        """Delete, then look again; one that is still listed is left for a later look (replication)."""
        if not await still_ours(self._known(), ids, self._found, self._ports):
            await self.read()
            return
        if set(ids) <= self._found.passes_deleted:
            self._found.unreachable = True
            return
        for each in ids:
            await self._ports.passes.delete(self._known().application.subject, each)
            self._found.passes_deleted |= {each}
        if isinstance(self._found.minted, Minted) and self._found.minted.pass_id in ids:
            self._found.minted = None
        self._found.passes = None

    async def rest(self, until: datetime | None, woken_by: Sequence[Wake]) -> None:
        """Leave the case guarded: a named due row not later than ``until``, then erase the rows that woke us."""
        snapshot = self._snapshot
        now = self._ports.clock.now()
        if snapshot is not None and snapshot.application.terminal and woken_by:
            await self._forget()  # again: a worker may have died between the save and this
        if snapshot is not None:
            named = snapshot.wake
            passed = named is not None and named.at <= now
            fresh: Wake | None = None
            if until is not None and (named is None or passed or named.at > until):
                fresh = await self._ports.due.insert(until, self._id, "review")
            if passed or (named is None and fresh is not None):
                try:
                    change = remembering(Change(snapshot.application), self._found)
                    snapshot = await self._ports.applications.save(snapshot, change, fresh)
                except (StaleError, UnknownOutcomeError):
                    return
        keep = snapshot.wake.key if snapshot and snapshot.wake else ""
        spent = [each for each in woken_by if each.key != keep]
        if spent:
            await self._ports.due.erase(spent)

    def _case(self) -> Case:
        snapshot = self._snapshot
        answered = snapshot.answered if snapshot else frozenset()
        return Case(
            application=snapshot.application if snapshot else None,
            mails=snapshot.mails if snapshot else (),
            waiting=tuple(each for each in self._inbox if each.key not in answered),
            answered=tuple(each for each in self._inbox if each.key in answered),
            found=self._found,
            answers=len(answered),
        )

    def _known(self) -> Snapshot:
        if self._snapshot is None:
            raise EndlessLookError
        return self._snapshot

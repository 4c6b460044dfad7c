"""Cases to be stored: one with every field filled, since what is not read back is lost."""

import secrets
from datetime import UTC, datetime, timedelta

from shared.domain.accounts import Address, GuardResult, Method, MethodKind
from shared.domain.application import Application, Change, note
from shared.domain.case_parts import Approval, Attempt, Decided, IssuedPass
from shared.domain.events import EventKind, Party
from shared.domain.kinds import (
    Attention,
    Channel,
    Closing,
    DecisionKind,
    Flag,
    Guard,
    Language,
    Reason,
    ReasonCode,
)
from shared.domain.mails import MailKind, OwedMail
from shared.domain.photo import PhotoDoubt, StoredPhoto
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State

AT = datetime(2026, 6, 9, 1, 2, 3, 456789, tzinfo=UTC)


def fresh_id() -> str:
    return secrets.token_hex(16)


def sparse(application: str) -> Application:
    return Application(
        id=application,
        reference="A-0001",
        channel=Channel.WEBSITE,
        subject="oid-1",
        language=Language.JA,
        reason=Reason.LOST,
        state=State.SUBMITTED,
        received_at=AT,
        entered_at=AT,
    )


def full(application: str) -> Application:
    method = Method(MethodKind.PHONE, "3179e48a", AT, "fingerprint", "…12")
    return Application(
        id=application,
        reference="A-0002",
        channel=Channel.FORM,
        subject="oid-2",
        language=Language.EN,
        reason=Reason.STOLEN,
        state=State.ISSUED,
        received_at=AT,
        entered_at=AT + timedelta(seconds=1),
        details="電話を電車に忘れました．😀 'quoted' \"twice\"",
        contact_email="someone+else@example.org",
        photo=StoredPhoto("photo-1", (PhotoDoubt.DARK,), AT, AT + timedelta(days=7)),
        upn="0123456789@g.example.ac.jp",
        display_name="東大 太郎",
        affiliation="工学部",
        employee_id="E1",
        addresses=(
            Address("o'neil@example.org", own_mailbox=False),
            Address("own@example.ac.jp", own_mailbox=True),
        ),
        guards=(
            GuardResult(Guard.MEMBER, passed=True),
            GuardResult(Guard.NOT_PROTECTED, passed=False, detail="1"),
        ),
        flags=(Flag.EARLIER_CONTEST, Flag.NO_PHOTO),
        methods_seen=(method,),
        round=2,
        needs=2,
        approvals=(Approval("oid-r", "審査 花子", "E2", 2, "header.payload.signature", AT),),
        operators=("oid-o",),
        decided=Decided(
            1, DecisionKind.RETURN.value, "審査 花子", AT, ReasonCode.PHOTO_UNREADABLE, "もう一度"
        ),
        contact_confirmed=True,
        overdue=3,
        promised_by=AT + timedelta(hours=4),
        attempts=2,
        attempt=Attempt(2, AT + timedelta(minutes=3), "MIIB+/=", "session-digest"),
        remembered=(method,),
        current_pass=IssuedPass("pass-1", 1, AT, AT + timedelta(hours=1), "c2VhbGVk", "session-digest"),
        check_at=AT + timedelta(minutes=1),
        troubles=1,
        stop_as=Closing.SUPERSEDED,
        duplicate_of="other",
        attention=Attention.CONTESTED,
        attention_from=State.ISSUING,
        interventions=1,
        removals=(method,),
        removed=("method-0",),
        completed_at=AT + timedelta(days=1),
        chain="f" * 64,
        chained_at=AT,
        audit_differed=True,
        salt="0123456789abcdef",
    )


def submit(application: str, slot: int = 1, *, evidence: str = "") -> Request:
    return Request(
        application, RequestKind.SUBMIT, slot, AT, {"reason": "lost", "details": "無くしました"}, evidence
    )


def mail(to: str = "someone@example.org", kind: MailKind = MailKind.OWNER_NOTICE) -> OwedMail:
    return OwedMail(kind, 1, to, AT, on_file=True)


def happened(application: Application, kind: EventKind = EventKind.SUBMITTED) -> Change:
    return note(application, kind, AT, party=Party.APPLICANT, actor="oid-1", channel="website")

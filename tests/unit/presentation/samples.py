"""Sample views of every page and sample mails of every kind: for tests, and for looking at them (``preview.py``)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.accounts import Address, GuardResult, Method, MethodKind
from shared.domain.application import Application
from shared.domain.case_parts import Decided, IssuedPass
from shared.domain.events import Event, EventKind, Party
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
from shared.domain.states import State
from shared.domain.ways import in_order
from shared.ports import LinkTokens
from shared.presentation.site import Site

NOW = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
OPENS = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
NASTY = '<script>alert("x")</script> & "quoted" \'single\''
ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOKENS = LinkTokens(action="ACTION-TOKEN", not_me="NOT-ME-TOKEN")

SITE = Site(
    base_url="https://rereg.example.ac.jp",
    name_ja="本人確認方法の再登録（見本大学）",
    name_en="Verification Method Reregistration (Sample University)",
    support_name_ja="サポート窓口",
    support_name_en="Support desk",
    support_email="support@example.ac.jp",
    support_phone="03-0000-0000",
    support_url="https://www.example.ac.jp/support",
    security_info_url="https://mysignins.microsoft.com/security-info",
    setup_guide_url_ja="https://www.example.ac.jp/mfa/initial/",
    setup_guide_url_en="https://www.example.ac.jp/en/mfa/initial/",
    zone=ZoneInfo("Asia/Tokyo"),
    office_ja="所属の学部・研究科等の窓口（学生は学務・教務担当，教職員は人事担当）に，学生証・職員証を持って行き，"
    "「本人確認方法の再登録」とお申し出ください．",
    office_en="Go to the office of your faculty or graduate school (students: academic office, staff: personnel "
    "department) with your ID card and ask for a reregistration of your verification method.",
    ways=in_order(frozenset(Channel)),
    form_url="https://forms.office.example/r/sample",
    office_hours_ja="平日9:00～17:00（窓口ごとに異なります）．",
    office_hours_en="Weekdays 9:00–17:00; each office has hours of its own.",
    password_url_ja="https://www.example.ac.jp/password/",
    password_url_en="https://www.example.ac.jp/en/password/",
    password_ja="登録済みのメールアドレスで，パスワードを設定し直せます．",
    password_en="You can set a new password with your address on file.",
)

METHODS = (
    Method(MethodKind.MICROSOFT_AUTHENTICATOR, "m1", NOW - timedelta(days=400)),
    Method(MethodKind.PHONE, "m2", label="••• 42"),
)
GUARDS = (*(GuardResult(each, passed=True) for each in Guard if each is not Guard.OWNER_NOTIFIED),)


def application(state: State = State.IN_REVIEW, **changes: object) -> Application:
    """A case of a sample student, as it looks in ``state``."""
    sample = Application(
        id=ID,
        reference="K7Q-3MP",
        channel=Channel.WEBSITE,
        subject="subject-oid",
        language=Language.JA,
        reason=Reason.LOST,
        state=state,
        received_at=NOW,
        entered_at=NOW + timedelta(minutes=1),
        details="電車にスマートフォンを置き忘れました．\n" + NASTY,
        contact_email="taro@private.example.com",
        photo=StoredPhoto("photo-1", (PhotoDoubt.BLURRED,)),
        upn="0123456789@utac.example.ac.jp",
        display_name="見本 太郎",
        affiliation="工学部 見本工学科",
        employee_id="12345",
        addresses=(
            Address("taro.mihon@mail.example.com", own_mailbox=False),
            Address("0123456789@utac.example.ac.jp", own_mailbox=True),
        ),
        guards=GUARDS,
        flags=(Flag.CONTACT_NOT_ON_FILE, Flag.METHODS_STILL_REGISTERED),
        methods_seen=METHODS,
        promised_by=OPENS + timedelta(hours=4),
        due_at=OPENS,
    )
    return replace(sample, **changes)  # type: ignore[arg-type]


def decided(kind: DecisionKind, code: ReasonCode | None = None) -> Decided:
    """A decision with a message that needs escaping."""
    return Decided(
        1, kind.value, "確認 花子", OPENS + timedelta(hours=1), code, "カード全体を写してください．\n" + NASTY
    )


def issued_pass(*, sealed: str = "c2VhbGVk") -> IssuedPass:
    """A live pass."""
    return IssuedPass("pass-1", 1, OPENS, OPENS + timedelta(hours=1), sealed, "session")


def in_state(state: State) -> Application:
    """A case that carries what it has in that state."""
    base = application(state)
    match state:
        case State.RETURNED:
            return replace(base, decided=decided(DecisionKind.RETURN, ReasonCode.PHOTO_UNREADABLE))
        case State.REJECTED:
            return replace(base, decided=decided(DecisionKind.REJECT, ReasonCode.NAME_MISMATCH))
        case State.ISSUED:
            return replace(base, current_pass=issued_pass(), attempts=1, passes=1, troubles=1)
        case State.CANCELLED | State.STOPPING:
            return replace(base, stop_as=Closing.WITHDRAWN)
        case State.EXPIRED:
            return replace(base, stop_as=Closing.EXPIRED)
        case State.COMPLETED:
            return replace(
                base, completed_at=OPENS, removed=("phone", "microsoftAuthenticator"), promised_by=None
            )
        case State.ATTENTION:
            return replace(
                base, attention=Attention.GUARD, attention_from=State.SUBMITTED, guards=refusing_guards()
            )
        case _:
            return base


def refusing_guards() -> tuple[GuardResult, ...]:
    """Guards of which one refuses."""
    return (*GUARDS[:5], GuardResult(Guard.NO_ELIGIBLE_ROLE, passed=False, detail="2"), *GUARDS[6:])


def every_event() -> tuple[Event, ...]:
    """The whole vocabulary of the audit trail, with the actors of staff."""
    return tuple(
        Event(
            kind,
            NOW + timedelta(minutes=index),
            Party.REVIEWER,
            State.IN_REVIEW,
            "reviewer-oid",
            {"round": "1"},
        )
        for index, kind in enumerate(EventKind)
    )


def few_events() -> tuple[Event, ...]:
    """A short, usual beginning."""
    return (
        Event(EventKind.SUBMITTED, NOW, Party.APPLICANT, State.SUBMITTED, "subject-oid"),
        Event(EventKind.HELD, NOW + timedelta(minutes=1), Party.SYSTEM, State.HELD),
        Event(EventKind.REVIEW_OPENED, OPENS, Party.SYSTEM, State.IN_REVIEW, detail={"round": "1"}),
    )


def owed(kind: MailKind, *, with_link: bool = True) -> OwedMail:
    """A mail of this kind to the sample student."""
    return OwedMail(kind, 1, "taro.mihon@mail.example.com", OPENS, on_file=True, with_link=with_link)


def mail_case(kind: MailKind) -> Application:
    """The case as it stands when this mail is sent."""
    states = {
        MailKind.RETURNED: State.RETURNED,
        MailKind.REJECTED: State.REJECTED,
        MailKind.PASS_ISSUED: State.ISSUED,
        MailKind.COMPLETED: State.COMPLETED,
        MailKind.CLOSED: State.CANCELLED,
        MailKind.COOLING_OFF: State.COOLING_OFF,
        MailKind.PICKUP: State.APPROVED,
        MailKind.VERIFY_AGAIN: State.APPROVED,
        MailKind.OPERATOR_ALERT: State.ATTENTION,
    }
    return replace(in_state(states.get(kind, State.IN_REVIEW)), pickup_until=OPENS + timedelta(days=5))

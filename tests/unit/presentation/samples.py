"""Sample views of every page and sample mails of every kind: for tests, and for looking at them (``preview.py``)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.accounts import Address, GuardResult, Method, MethodKind
from shared.domain.application import Application, Approval, Attempt, Decided, IssuedPass
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
    Role,
)
from shared.domain.links import Purpose
from shared.domain.mails import MailKind, OwedMail
from shared.domain.photo import PhotoDoubt, StoredPhoto
from shared.domain.requests import RequestKind
from shared.domain.staff import DecisionBar
from shared.domain.states import State
from shared.ports import Access, LinkTokens, Poison
from shared.presentation import views
from shared.presentation.site import Site
from shared.presentation.status import status_view

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


def status(state: State, **changes: object) -> views.StatusView:
    """The status page in ``state``."""
    mails = (owed(MailKind.PICKUP),)
    view = status_view(in_state(state), few_events(), mails, attempts_left=4)
    return replace(view, **changes)  # type: ignore[arg-type]


def apply_view(**changes: object) -> views.ApplyView:
    """The empty form."""
    view = views.ApplyView(
        "form-1", OPENS, open_now=False, language=Language.JA, account="0123456789@utac.example.ac.jp"
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def wrong_form() -> views.ApplyView:
    """The form with everything to be corrected, and the second try offered."""
    return apply_view(
        reason=Reason.LOST,
        details=NASTY,
        contact_email=NASTY,
        doubts=tuple(PhotoDoubt),
        keep_doubts=True,
        errors={"details": "too_long", "photo": "doubtful", "contact_email": "invalid"},
    )


def case_view(*, operator: bool = True) -> views.CaseView:
    """A case with everything a console can show."""
    full = replace(
        in_state(State.ATTENTION),
        decided=decided(DecisionKind.APPROVE),
        approvals=(Approval("reviewer-oid", "確認 花子", "9", 1, "EVIDENCE-TOKEN", OPENS),),
        attempt=Attempt(1, OPENS, "key", "session"),
        current_pass=issued_pass(sealed=""),
        attempts=1,
        overdue=1,
        removed=("phone",),
        duplicate_of="other",
        stop_as=Closing.OPERATOR,
    )
    mails = tuple(owed(kind).sent(OPENS) for kind in MailKind)
    accesses = (Access(ID, "reviewer-oid", "photo", OPENS),)
    names = {"reviewer-oid": "確認 花子"}
    return views.CaseView(full, every_event(), mails, accesses, names, operator)


def rows() -> tuple[views.WorklistRow, ...]:
    """One row of every state that is not over."""
    over = {State.COMPLETED, State.REJECTED, State.CANCELLED, State.EXPIRED}
    return tuple(
        views.WorklistRow(
            f"id-{index}",
            f"K7Q-{index:03}",
            Channel.WEBSITE,
            each,
            NOW,
            OPENS if index % 2 else None,
            index == 1,
            index,
        )
        for index, each in enumerate(State)
        if each not in over
    )


def attention_view(*, operator: bool = True) -> views.AttentionView:
    """One case of every reason, and a message given up on."""
    cases = tuple(
        replace(in_state(State.ATTENTION), id=f"id-{each.value}", reference=f"K7Q-{index}", attention=each)
        for index, each in enumerate(Attention)
    )
    return views.AttentionView(cases, (Poison("review:1/2", "review", NASTY, NOW),), operator)


def pages() -> dict[str, tuple[str, object | None, views.PageSession | None]]:
    """Preview name to page, view and session: every page, and every shape that looks different."""
    me = views.PageSession("見本 太郎", "applicant")
    staff = views.PageSession("確認 花子", "staff", frozenset({Role.REVIEWER.value, Role.OPERATOR.value}))
    earlier = (
        views.EarlierApplication(
            "id-9", "K7Q-999", Channel.OFFICE, State.CANCELLED, NOW - timedelta(days=30)
        ),
    )
    review = views.ReviewView("TOKEN", application(needs=2), earlier)
    found: dict[str, tuple[str, object | None, views.PageSession | None]] = {
        "home": ("home", views.HomeView(OPENS, open_now=False), None),
        "home_open": ("home", views.HomeView(NOW, open_now=True), None),
        "apply": ("apply", apply_view(), me),
        "apply_wrong": ("apply", wrong_form(), me),
        "apply_open": ("apply", apply_view(open_application=ID), me),
        "pickup": ("pickup", views.PickupView(ID, "K7Q-3MP", "0123456789@utac.example.ac.jp", OPENS, 4), me),
        "pickup_again": (
            "pickup",
            views.PickupView(ID, "K7Q-3MP", "0123@utac", None, 1, shown_before=True),
            me,
        ),
        "pickup_needs_link": (
            "pickup_needs_link",
            views.PickupNeedsLinkView(ID, "K7Q-3MP", ("t•••@m•••.com",)),
            me,
        ),
        "review": ("review", review, staff),
        "review_wrong": (
            "review",
            replace(
                review,
                application=replace(
                    in_state(State.RETURNED), state=State.IN_REVIEW, guards=refusing_guards(), round=2
                ),
                decision=DecisionKind.RETURN,
                message=NASTY,
                errors={"reason_code": "missing", "message": "too_long"},
            ),
            staff,
        ),
        "review_barred": (
            "review",
            replace(
                review, application=application(photo=None, guards=(), flags=()), bar=DecisionBar.OWN_CASE
            ),
            staff,
        ),
        "review_erased": (
            "review",
            replace(review, application=application(photo=StoredPhoto("p", (), NOW, NOW))),
            staff,
        ),
        "review_closed": (
            "review_closed",
            views.ReviewClosedView("K7Q-3MP", State.APPROVED, decided(DecisionKind.APPROVE)),
            staff,
        ),
        "review_closed_moved": ("review_closed", views.ReviewClosedView("K7Q-3MP", State.CANCELLED), staff),
        "not_me": ("not_me", views.NotMeView("TOKEN", "K7Q-3MP", Channel.WEBSITE, NOW), None),
        "not_me_over": (
            "not_me",
            views.NotMeView(
                "TOKEN", "K7Q-3MP", Channel.WEBSITE, NOW, over=True, errors={"choice": "missing"}
            ),
            None,
        ),
        "staff": ("staff", views.WorklistView(rows(), NOW), staff),
        "staff_empty": ("staff", views.WorklistView((), NOW), staff),
        "staff_case": ("staff_case", case_view(), staff),
        "staff_case_read_only": ("staff_case", case_view(operator=False), staff),
        "staff_attention": ("staff_attention", attention_view(), staff),
        "staff_attention_read_only": ("staff_attention", attention_view(operator=False), staff),
        "staff_attention_empty": ("staff_attention", views.AttentionView((), (), operator=True), staff),
        "wrong_role": ("wrong_role", views.WrongRoleView("見本 太郎", tuple(Role)), me),
        "signed_out": ("signed_out", None, None),
    }
    for choice in views.Choice:
        found[f"not_me_done_{choice}"] = ("not_me_done", views.NotMeDoneView("K7Q-3MP", choice), None)
    for decision in DecisionKind:
        view = views.ReviewDoneView("K7Q-3MP", decision, NOW, second_needed=decision is DecisionKind.APPROVE)
        found[f"review_done_{decision}"] = ("review_done", view, staff)
    for state in State:
        found[f"application_{state}"] = ("application", status(state), me)
    for asked in RequestKind:
        found[f"application_asked_{asked}"] = ("application", status(State.HELD, asked=asked), me)
    for closing in Closing:
        view_ = status(
            State.CANCELLED, closing=closing, duplicate_of="other" if closing is Closing.DUPLICATE else ""
        )
        found[f"application_closed_{closing}"] = ("application", view_, me)
    found["application_no_address"] = (
        "application",
        status(State.HELD, no_usable_address=True, link_sent_to=()),
        me,
    )
    found["application_photo_wrong"] = (
        "application",
        status(
            State.RETURNED,
            errors={"photo": "doubtful", "confirm": "missing"},
            doubts=(PhotoDoubt.DARK,),
            keep_doubts=True,
        ),
        me,
    )
    for problem in views.Problem:
        found[f"problem_{problem}"] = ("problem", views.ProblemView(400, problem, "/apply", "trace-1"), None)
    for purpose in (*Purpose, None):
        found[f"link_expired_{purpose}"] = ("link_expired", views.LinkProblemView(purpose, ID), None)
        found[f"link_malformed_{purpose}"] = ("link_malformed", views.LinkProblemView(purpose), None)
    return found


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
        MailKind.OPERATOR_ALERT: State.ATTENTION,
    }
    return replace(in_state(states.get(kind, State.IN_REVIEW)), pickup_until=OPENS + timedelta(days=5))

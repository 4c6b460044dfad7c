"""Sample views: every page, in every shape that looks different."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.case_parts import Approval, Attempt
from shared.domain.delivery import Delivery
from shared.domain.freezing import FreezeReason, FreezeSwitch
from shared.domain.kinds import Attention, Channel, Closing, DecisionKind, Language, Reason, Role
from shared.domain.links import Purpose
from shared.domain.mails import MailKind
from shared.domain.photo import PhotoDoubt, StoredPhoto
from shared.domain.requests import RequestKind
from shared.domain.staff import DecisionBar
from shared.domain.states import State
from shared.ports import Access, Poison
from shared.presentation import views
from shared.presentation.staff_views import BlockedRow
from shared.presentation.status import status_view
from tests.unit.presentation import (
    sample_audit,
    sample_flags,
    sample_office,
    sample_verify_pages,
    sample_ways,
)
from tests.unit.presentation.samples import (
    ID,
    NASTY,
    NOW,
    OPENS,
    application,
    decided,
    every_event,
    few_events,
    in_state,
    issued_pass,
    owed,
    refusing_guards,
)


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
    mails += tuple(
        replace(owed(MailKind.PICKUP), round=10 + number).sent(OPENS).came_back(why, OPENS)
        for number, why in enumerate(each for each in Delivery if each.failed)
    )
    accesses = (Access(ID, "reviewer-oid", "photo", OPENS),)
    names = {"reviewer-oid": "確認 花子"}
    return views.CaseView(full, every_event(), mails, accesses, names, operator)


def blocked_view() -> views.CaseView:
    """A case of an account that its owner's "not me" blocks, and that is linked with a card."""
    contested = replace(in_state(State.CANCELLED), stop_as=Closing.NOT_ME)
    return replace(
        case_view(),
        application=contested,
        blocked=True,
        blocked_since=OPENS,
        blocked_by=(ID, "other"),
        card_linked=True,
    )


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


FROZEN = FreezeSwitch(
    frozen=True, number=1, at=NOW, by="運用 守", oid="ope", reason=FreezeReason.SUSPECTED_ATTACK
)


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
        "pickup_needs_slip": (
            "pickup_needs_link",
            views.PickupNeedsLinkView(ID, "K7Q-3MP", (), slip_until=OPENS),
            me,
        ),
        "pickup_needs_new_slip": (
            "pickup_needs_link",
            views.PickupNeedsLinkView(ID, "K7Q-3MP", ("t•••@m•••.com",), OPENS, slip_over=True),
            me,
        ),
        "review": ("review", review, staff),
        "review_unheard": ("review", replace(review, unheard=True), staff),
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
        "not_me_said": (
            "not_me",
            views.NotMeView("TOKEN", "K7Q-3MP", Channel.WEBSITE, NOW, over=True, said_no_at=OPENS),
            None,
        ),
        "not_me_done_mine_over": (
            "not_me_done",
            views.NotMeDoneView("K7Q-3MP", views.Choice.MINE, over=True),
            None,
        ),
        "staff": ("staff", views.WorklistView(rows(), NOW), staff),
        "staff_empty": ("staff", views.WorklistView((), NOW), staff),
        "staff_case": ("staff_case", case_view(), staff),
        "staff_freeze": ("staff_freeze", views.FreezeView(FreezeSwitch(), operator=True), staff),
        "staff_freeze_wrong": (
            "staff_freeze",
            views.FreezeView(
                FreezeSwitch(), operator=True, errors={"reason_code": "missing", "confirm": "missing"}
            ),
            staff,
        ),
        "staff_frozen": (
            "staff_freeze",
            views.FreezeView(FROZEN, (FROZEN,), operator=True, asked=True),
            staff,
        ),
        "staff_frozen_read_only": ("staff_freeze", views.FreezeView(FROZEN, (FROZEN,)), staff),
        "staff_case_read_only": ("staff_case", case_view(operator=False), staff),
        "staff_case_blocked": ("staff_case", blocked_view(), staff),
        "staff_case_blocked_read_only": ("staff_case", replace(blocked_view(), operator=False), staff),
        "staff_attention_blocked": (
            "staff_attention",
            replace(
                attention_view(), blocked=(BlockedRow("other", "K7Q-999", NOW), BlockedRow(ID, "K7Q-3MP"))
            ),
            staff,
        ),
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
    found["application_contested"] = ("application", status(State.IN_REVIEW, protected=True, methods=()), me)
    found["application_waits_for_thaw"] = ("application", status(State.APPROVED, waits_for_thaw=True), me)
    found["staff_case_asked"] = ("staff_case", replace(case_view(), asked=True, checked_at=OPENS), staff)
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
    return (
        found
        | sample_audit.pages()
        | sample_flags.pages()
        | sample_office.pages()
        | sample_verify_pages.pages()
        | sample_ways.pages()
    )

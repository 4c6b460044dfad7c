"""What each page is given: plain values of the domain. The templates find the words, in the reader's language.

A page and its view belong together: ``Pages.render("apply", …, ApplyView(…))``. Instants are aware UTC; pages show
them in the site's zone. Views of the applicant's pages are made of single values, so that nothing meant for staff
can slip into them; staff pages get the whole application.

===================  ==========================
page                 view
===================  ==========================
home                 :class:`HomeView`
way_choice           :class:`WayChoiceView`
way                  :class:`WayView`
privacy              :class:`PrivacyView`
apply                :class:`ApplyView`
application          :class:`StatusView`
pickup               :class:`PickupView`
pickup_needs_link    :class:`PickupNeedsLinkView`
review               :class:`ReviewView`
review_closed        :class:`ReviewClosedView`
review_done          :class:`ReviewDoneView`
not_me               :class:`NotMeView`
not_me_done          :class:`NotMeDoneView`
office               :class:`OfficeView`
office_case          :class:`OfficeCaseView`
office_slip          :class:`OfficeSlipView`
staff                :class:`WorklistView`
staff_case           :class:`CaseView`
staff_attention      :class:`AttentionView`
staff_freeze         :class:`FreezeView`
audit                :class:`AuditView`
audit_case           :class:`AuditCaseView`
link_expired         :class:`LinkProblemView`
link_malformed       :class:`LinkProblemView`
problem              :class:`ProblemView`
wrong_role           :class:`WrongRoleView`
signed_out           None
verify               None
verify_card          :class:`VerifyCardView`
verify_issue         :class:`VerifyIssueView`
verify_failed        :class:`VerifyFailedView`
verify_link          :class:`VerifyLinkView`
===================  ==========================
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared.domain.accounts import Method
from shared.domain.events import EventKind
from shared.domain.kinds import Channel, Closing, Language, Reason, ReasonCode, Role
from shared.domain.photo import PhotoDoubt
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.presentation.form_errors import FIELD_ERRORS, Errors
from shared.presentation.freeze_views import FreezeView
from shared.presentation.office_views import OfficeCaseView, OfficeSlipView, OfficeView
from shared.presentation.owner_views import Choice, NotMeDoneView, NotMeView
from shared.presentation.problem_views import LinkProblemView, Problem, ProblemView, WrongRoleView
from shared.presentation.staff_views import (
    AttentionView,
    CaseView,
    EarlierApplication,
    ReviewClosedView,
    ReviewDoneView,
    ReviewView,
    WorklistRow,
    WorklistView,
)
from shared.presentation.way_views import HomeView, WayChoiceView, WayView

__all__ = [
    "APPLICANT_REQUESTS",
    "FIELD_ERRORS",
    "ApplyView",
    "AttentionView",
    "CaseView",
    "Choice",
    "EarlierApplication",
    "Errors",
    "FreezeView",
    "HistoryLine",
    "HomeView",
    "LinkProblemView",
    "NotMeDoneView",
    "NotMeView",
    "OfficeCaseView",
    "OfficeSlipView",
    "OfficeView",
    "PageSession",
    "PickupNeedsLinkView",
    "PickupView",
    "Problem",
    "ProblemView",
    "ReviewClosedView",
    "ReviewDoneView",
    "ReviewView",
    "StatusView",
    "WayChoiceView",
    "WayView",
    "WorklistRow",
    "WorklistView",
    "WrongRoleView",
]

APPLICANT_REQUESTS: Final[frozenset[RequestKind]] = frozenset(
    {
        RequestKind.SUBMIT,
        RequestKind.PHOTO,
        RequestKind.WITHDRAW,
        RequestKind.PICKUP,
        RequestKind.TROUBLE,
        RequestKind.REGISTERED,
    }
)
"""Requests an applicant makes knowingly; each has its own words on the status page."""


@dataclass(frozen=True, slots=True)
class ApplyView:
    """The application form.

    Attributes:
        form_id: Hidden value that makes a doubled submit one application.
        looked_at_from: When staff begin to look at an application sent now.
        open_now: Whether the support desk is open now.
        account: Account name of the signed-in person, shown so that they notice a wrong one.
        reason: Prior choice.
        details: Prior text.
        language: Prior choice, or the language of the page.
        contact_email: Prior text.
        doubts: What was seen on the photo just sent.
        keep_doubts: True after the first try: the next photo is taken as it is.
        errors: What to correct.
        open_application: Id of an application of this account that is open already.
    """

    form_id: str
    looked_at_from: datetime
    open_now: bool
    language: Language
    account: str = ""
    reason: Reason | None = None
    details: str = ""
    contact_email: str = ""
    doubts: tuple[PhotoDoubt, ...] = ()
    keep_doubts: bool = False
    errors: Errors = field(default_factory=dict)
    open_application: str = ""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of what happened, as the applicant may know it."""

    at: datetime
    event: EventKind


@dataclass(frozen=True, slots=True)
class StatusView:
    """Where an application stands, for its applicant; :func:`shared.presentation.status.status_view` makes one.

    Attributes:
        id: The application.
        reference: The short number people read out.
        channel: The way in.
        state: As the applicant may see it: never ``attention``.
        received_at: When it reached us.
        history: What happened, oldest first.
        looked_at_from: When staff begin to look (state ``held``).
        promised_by: By when staff promise to have looked.
        deadline: Photo by (returned), delay ends (cooling off), collect by (approved), pass ends (issued).
        reason_code: Reviewer's reason (returned, rejected).
        message: Reviewer's words (returned, rejected).
        closing: Why it ended without a registration.
        duplicate_of: Id of the open application, if this one was a second one.
        link_sent_to: Masked addresses that the pickup link went to.
        no_usable_address: No address on file works: only the office can help.
        methods: Methods that the directory still lists; one of them might work.
        attempts_left: How often a pass may still be asked for.
        troubles: How often the person said that the pass does not work.
        removed: Whether old methods were removed at completion.
        kept: Whether some of them could not be.
        protected: The owner said "not me" of it: of the ways in only the office is left.
        waits_for_thaw: A pass was asked for while none are made: the person is told when it goes on.
        tried_out: A pass was asked for while the service was only tried out, and none was made.
        asked: What the person asked just now and that is still being worked on.
        doubts: What was seen on the better photo just sent.
        keep_doubts: True after the first try of a better photo.
        errors: What to correct in the form just sent.
    """

    id: str
    reference: str
    channel: Channel
    state: State
    received_at: datetime
    history: tuple[HistoryLine, ...] = ()
    looked_at_from: datetime | None = None
    promised_by: datetime | None = None
    deadline: datetime | None = None
    reason_code: ReasonCode | None = None
    message: str = ""
    closing: Closing | None = None
    duplicate_of: str = ""
    link_sent_to: tuple[str, ...] = ()
    no_usable_address: bool = False
    methods: tuple[Method, ...] = ()
    attempts_left: int = 0
    troubles: int = 0
    removed: bool = False
    kept: bool = False
    protected: bool = False
    waits_for_thaw: bool = False
    tried_out: bool = False
    asked: RequestKind | None = None
    doubts: tuple[PhotoDoubt, ...] = ()
    keep_doubts: bool = False
    errors: Errors = field(default_factory=dict)

    @property
    def told_asked(self) -> RequestKind | None:
        """What was asked, if it was asked by the applicant: requests of staff and of the owner are not told."""
        return self.asked if self.asked in APPLICANT_REQUESTS else None

    @property
    def may_withdraw(self) -> bool:
        """Whether there is anything left to withdraw."""
        over = {State.COMPLETED, State.REJECTED, State.CANCELLED, State.EXPIRED, State.STOPPING}
        return self.state not in over and not self.protected


@dataclass(frozen=True, slots=True)
class PickupView:
    """The page that shows the pass; it does nothing until its button is pressed.

    Attributes:
        id: The application.
        reference: The short number.
        account: Account name (UPN) to sign in with.
        collect_by: Last moment to ask for a pass.
        attempts_left: How often a pass may still be asked for.
        shown_before: A pass of this case was shown already: asking again makes a new one and ends the old.
    """

    id: str
    reference: str
    account: str
    collect_by: datetime | None = None
    attempts_left: int = 0
    shown_before: bool = False


@dataclass(frozen=True, slots=True)
class PickupNeedsLinkView:
    """The mailed link, or the slip of an office, is missing.

    Attributes:
        link_sent_to: Masked addresses.
        slip_until: A slip was printed, and works or worked until then.
        slip_over: Its time has passed.
    """

    id: str
    reference: str
    link_sent_to: tuple[str, ...] = ()
    slip_until: datetime | None = None
    slip_over: bool = False

    @property
    def by_slip(self) -> bool:
        """Whether there is a slip and nothing was mailed."""
        return self.slip_until is not None and not self.link_sent_to


@dataclass(frozen=True, slots=True)
class PageSession:
    """Who is signed in, for the header. ``kind`` is ``applicant`` or ``staff``: the two never share a session."""

    name: str
    kind: str
    roles: frozenset[str] = frozenset()

    @property
    def console(self) -> bool:
        """Whether the console is for this person."""
        return bool(self.roles & {Role.REVIEWER.value, Role.OPERATOR.value, Role.AUDITOR.value})

    @property
    def auditor(self) -> bool:
        """Whether the audit trail is for this person."""
        return Role.AUDITOR.value in self.roles

    @property
    def counter(self) -> bool:
        """Whether the office's counter is for this person."""
        return Role.OFFICE_CLERK.value in self.roles

    @property
    def home(self) -> str:
        """Where this person begins."""
        if self.kind != "staff":
            return "/"
        return "/office" if self.counter and not self.console else "/staff"

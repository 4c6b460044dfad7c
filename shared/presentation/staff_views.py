"""Views of the pages for staff: they get the whole application, the templates choose what to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.application import Application
from shared.domain.case_parts import Decided
from shared.domain.events import Event
from shared.domain.flag_policy import ExplainedFlag
from shared.domain.kinds import Channel, DecisionKind, ReasonCode
from shared.domain.mails import OwedMail
from shared.domain.staff import DecisionBar
from shared.domain.states import State
from shared.ports import Access, Poison
from shared.presentation.form_errors import Errors


@dataclass(frozen=True, slots=True)
class EarlierApplication:
    """An earlier case of the same account, for a reviewer."""

    id: str
    reference: str
    channel: Channel
    state: State
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What a reviewer decides on.

    Attributes:
        token: The signed link, for the form and the photo.
        application: The case; its photo, guards, flags, methods and last decision are read from it.
        earlier: Earlier cases of the account, newest first.
        bar: Why this reviewer may not decide.
        flags: Its flags, each with what is known and what it asks for.
        office_only: A flag leaves only the office or the card: it can be rejected, not approved.
        unheard: The notice to the owner reached no address on file.
        decision: Prior choice after an error.
        reason_code: Prior choice after an error.
        message: Prior text after an error.
        confirm_contact: Prior choice after an error.
        errors: What to correct.
    """

    token: str
    application: Application
    earlier: tuple[EarlierApplication, ...] = ()
    bar: DecisionBar | None = None
    flags: tuple[ExplainedFlag, ...] = ()
    office_only: bool = False
    unheard: bool = False
    decision: DecisionKind | None = None
    reason_code: ReasonCode | None = None
    message: str = ""
    confirm_contact: bool = False
    errors: Errors = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewClosedView:
    """Nothing to decide any more: somebody was first, or the case moved on."""

    reference: str
    state: State
    decided: Decided | None = None


@dataclass(frozen=True, slots=True)
class ReviewDoneView:
    """What the reviewer just decided. ``second_needed``: another reviewer has to approve as well."""

    reference: str
    decision: DecisionKind
    at: datetime
    second_needed: bool = False


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One case in the worklist."""

    id: str
    reference: str
    channel: Channel
    state: State
    received_at: datetime
    promised_by: datetime | None
    overdue: bool
    flags: int


@dataclass(frozen=True, slots=True)
class WorklistView:
    """All cases that are not over; the page groups them by state."""

    rows: tuple[WorklistRow, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything about one case, for staff.

    Attributes:
        application: The case.
        events: The whole audit trail, oldest first.
        mails: Every mail owed; the page masks the addresses.
        accesses: Who looked at what.
        names: Names of members of staff by object id, where known.
        operator: Whether the reader may press the operator's buttons.
        review_link: Path of the review page, for a reviewer while the case waits for a decision.
        card_name: Name printed on the linked card, to inform; empty in the other ways in.
        blocked: Whether its owner said "not me" and nobody has lifted that; ``blocked_since`` is when (UTC).
        blocked_by: The cases of which they said so.
        card_linked: Whether the account is linked with a card.
        flags: Its flags, each with what is known and what it asks for.
        checked_at: When the prechecks were made that the page shows (UTC); None if that is not known.
        asked: What an operator asked for on this page and that is not carried out yet.
    """

    application: Application
    events: tuple[Event, ...] = ()
    mails: tuple[OwedMail, ...] = ()
    accesses: tuple[Access, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    operator: bool = False
    review_link: str = ""
    card_name: str = ""
    blocked: bool = False
    blocked_since: datetime | None = None
    blocked_by: tuple[str, ...] = ()
    card_linked: bool = False
    flags: tuple[ExplainedFlag, ...] = ()
    checked_at: datetime | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class BlockedRow:
    """An account that its owner's "not me" blocks: the case of which they said so stands for it."""

    application: str
    reference: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttentionView:
    """What an operator must look at. ``operator``: whether the reader may press the buttons."""

    cases: tuple[Application, ...]
    poison: tuple[Poison, ...]
    operator: bool
    blocked: tuple[BlockedRow, ...] = ()

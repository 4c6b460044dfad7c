"""Views of the clerk's pages, and of the slip that the person takes home."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.accounts import Method
from shared.domain.counter_steps import CounterStep
from shared.domain.flag_policy import ExplainedFlag
from shared.domain.kinds import CardKind, Closing, CounterBar, Language, Reason
from shared.presentation.form_errors import Errors
from shared.presentation.qr_code import QrCode


@dataclass(frozen=True, slots=True)
class CounterRow:
    """One of the clerk's own cases that is not over.

    Attributes:
        account: What the clerk typed.
        to_print: It was approved while nobody was at the counter: a slip is still to be printed.
    """

    id: str
    reference: str
    account: str
    received_at: datetime
    step: CounterStep
    to_print: bool = False


@dataclass(frozen=True, slots=True)
class OfficeView:
    """The clerk's start: which account, and their own cases.

    Attributes:
        form_id: Hidden value that makes a doubled submit one look-up.
        account: Prior text after an error.
        short_domain: Domain that ten digits are completed with; empty: accounts are typed whole.
        rows: The clerk's own open cases, newest first.
        errors: What to correct.
    """

    form_id: str
    account: str = ""
    short_domain: str = ""
    rows: tuple[CounterRow, ...] = ()
    errors: Errors = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComparedPerson:
    """What the card is compared with; ``methods`` may still work, so that nothing would need to be re-registered."""

    name: str
    affiliation: str
    account: str
    methods: tuple[Method, ...] = ()

    @property
    def short_name(self) -> str:
        """The part of the account name that stands on the card."""
        return self.account.partition("@")[0]

    @property
    def domain(self) -> str:
        """The rest of it, with the at sign."""
        return "".join(self.account.partition("@")[1:])


@dataclass(frozen=True, slots=True)
class ConfirmFields:
    """What the clerk had filled in before an error; empty the first time."""

    card: CardKind | None = None
    face: bool = False
    valid: bool = False
    reason: Reason | None = None
    language: Language | None = None
    contact_email: str = ""
    contact_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class OfficeCaseView:
    """One case at the counter, for its clerk.

    Attributes:
        id: The application.
        reference: The short number people read out.
        account: What the clerk typed.
        step: What comes next.
        person: Only where data of the directory may be shown.
        bar: Why the clerk cannot go on.
        closing: Why it ended.
        fields: Prior input.
        errors: What to correct.
        slips: How many slips were printed.
        slip_until: Until when the newest one works; None if there is none.
        slip_ran_out: Its time has passed.
        collect_until: Until when the pass may be collected at all.
        compare_until: When the look-up is forgotten.
        waiting: The system is at it; the page looks again by itself.
        flags: Why a reviewer is asked besides the clerk.
    """

    id: str
    reference: str
    account: str
    step: CounterStep
    person: ComparedPerson | None = None
    bar: CounterBar | None = None
    closing: Closing | None = None
    fields: ConfirmFields = field(default_factory=ConfirmFields)
    errors: Errors = field(default_factory=dict)
    slips: int = 0
    slip_until: datetime | None = None
    slip_ran_out: bool = False
    collect_until: datetime | None = None
    compare_until: datetime | None = None
    waiting: bool = False
    flags: tuple[ExplainedFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficeSlipView:
    """The printed slip, in the person's language inside a page in the clerk's.

    Attributes:
        id: The application.
        reference: The short number people read out.
        language: Language of the slip.
        other: The other one, for the switch.
        link: The whole pickup link.
        qr: The same as a picture.
        valid_until: When it stops working.
        number: Counts the prints.
    """

    id: str
    reference: str
    language: Language
    other: Language
    link: str
    qr: QrCode
    valid_until: datetime
    number: int

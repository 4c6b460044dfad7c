"""Sample views of the first page, the guided choice, each way in, and cases that came in each of the ways."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.adapters.holiday_calendar import business_calendar
from shared.domain.application import Application
from shared.domain.case_parts import Proof
from shared.domain.erasing import erase
from shared.domain.kinds import CardBar, CardKind, Channel, Flag, Language, Role
from shared.domain.mails import MailKind
from shared.domain.retention import Erasure
from shared.domain.states import State
from shared.domain.ways import Situation, in_order, situations, ways_for, ways_in
from shared.presentation import views
from shared.presentation.privacy_view import PrivacyView
from shared.presentation.status import status_view
from tests.unit.presentation.samples import ID, NOW, OPENS, few_events, in_state, owed

type Shown = dict[str, tuple[str, object | None, views.PageSession | None]]

EVERY = frozenset(Channel)
CALENDAR = business_calendar(zone="Asia/Tokyo", opens="09:00", closes="17:00")
WITHOUT_PHOTO = (Channel.FORM, Channel.OFFICE, Channel.IDENTITY_VERIFICATION)


def home(now: datetime, on: frozenset[Channel] = EVERY) -> views.HomeView:
    """The first page at this time with these ways on."""
    return views.HomeView(ways_in(in_order(on), now, CALENDAR), situations(on))


def choice(situation: Situation, on: frozenset[Channel] = EVERY, now: datetime = NOW) -> views.WayChoiceView:
    """What fits a situation."""
    return views.WayChoiceView(situation, ways_in(ways_for(situation, on), now, CALENDAR))


def way(channel: Channel, on: frozenset[Channel] = EVERY, now: datetime = NOW) -> views.WayView:
    """The page of one way in."""
    offered = ways_in(in_order(on), now, CALENDAR)
    this = next(each for each in offered if each.channel is channel)
    return views.WayView(this, tuple(each for each in offered if each is not this))


def came_by(channel: Channel, state: State = State.IN_REVIEW, **changes: object) -> Application:
    """A case that came in this way, with the evidence that the way brings."""
    base = in_state(state)
    if channel is Channel.WEBSITE:
        return replace(base, **changes)  # type: ignore[arg-type]
    plain = replace(base, channel=channel, photo=None, flags=(), proof=Proof("EVIDENCE-TOKEN", NOW))
    match channel:
        case Channel.FORM:
            case = replace(plain, account="0123456789@utac.example.ac.jp", flags=(Flag.NO_PHOTO,))
        case Channel.OFFICE:
            case = replace(
                plain,
                account="0123456789@utac.example.ac.jp",
                clerk="clerk-oid",
                clerk_name="窓口 一郎",
                checks=(CardKind.STUDENT_CARD.value, "face", "valid"),
                slips=2,
                slip_until=OPENS + timedelta(hours=24),
                vouched=True,
                needs=2,
                flags=(Flag.EARLIER_CONTEST,),
            )
        case _:
            case = replace(plain, linked_at=NOW - timedelta(days=90), vouched=True)
    return replace(case, **changes)  # type: ignore[arg-type]


def status(channel: Channel, state: State) -> views.StatusView:
    """The status page of a case that came in this way."""
    mails = () if channel is Channel.IDENTITY_VERIFICATION else (owed(MailKind.PICKUP),)
    return status_view(came_by(channel, state), few_events(), mails, attempts_left=4)


def forgotten_case(channel: Channel) -> views.CaseView:
    """The console's view of a case of which nobody can tell any more whose it was."""
    case = came_by(channel, State.COMPLETED, completed_at=NOW)
    change = erase(erase(case, tuple(Erasure)[:-1], 5, NOW).application, (Erasure.ACCOUNT,), 0, NOW)
    return views.CaseView(change.application, (*few_events(), *change.events), names={}, card_name="")


def pages() -> Shown:
    """Preview name to page, view and session."""
    me = views.PageSession("見本 太郎", "applicant")
    staff = views.PageSession("確認 花子", "staff", frozenset({Role.REVIEWER.value}))
    found: Shown = {
        "home": ("home", home(NOW), None),
        "home_open": ("home", home(OPENS), None),
        "home_website": ("home", home(NOW, frozenset({Channel.WEBSITE})), None),
    }
    for situation in Situation:
        found[f"way_choice_{situation}"] = ("way_choice", choice(situation), None)
    for channel in Channel:
        found[f"way_{channel}"] = ("way", way(channel), None)
        found[f"way_{channel}_open"] = ("way", way(channel, now=OPENS), None)
    for channel in WITHOUT_PHOTO:
        for state in State:
            found[f"application_{channel}_{state}"] = ("application", status(channel, state), me)
        bar = CardBar.NOT_LINKED if channel is Channel.IDENTITY_VERIFICATION else None
        case = came_by(channel, card_bar=bar)
        watched = views.CaseView(case, few_events(), names={"clerk-oid": "窓口 一郎"}, card_name="MIHON TARO")
        found[f"staff_case_{channel}"] = ("staff_case", watched, staff)
        found[f"review_{channel}"] = ("review", views.ReviewView("TOKEN", case), staff)
    found["privacy"] = ("privacy", PrivacyView(7, 30, 30, 180, 7), None)
    for channel in Channel:
        found[f"staff_case_forgotten_{channel}"] = ("staff_case", forgotten_case(channel), staff)
    keyed = came_by(Channel.FORM, proof=Proof("", NOW), language=Language.EN, id=ID)
    found["review_form_keyed"] = ("review", views.ReviewView("TOKEN", keyed), staff)
    return found

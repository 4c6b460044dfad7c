"""Sample views of the first page, the guided choice and the page of each way in, open and closed."""

from datetime import datetime

from shared.adapters.holiday_calendar import business_calendar
from shared.domain.kinds import Channel
from shared.domain.ways import Situation, in_order, situations, ways_for, ways_in
from shared.presentation import views
from tests.unit.presentation.samples import NOW, OPENS

EVERY = frozenset(Channel)
CALENDAR = business_calendar(zone="Asia/Tokyo", opens="09:00", closes="17:00")


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


def pages() -> dict[str, tuple[str, object | None, views.PageSession | None]]:
    """Preview name to page, view and session."""
    found: dict[str, tuple[str, object | None, views.PageSession | None]] = {
        "home": ("home", home(NOW), None),
        "home_open": ("home", home(OPENS), None),
        "home_website": ("home", home(NOW, frozenset({Channel.WEBSITE})), None),
    }
    for situation in Situation:
        found[f"way_choice_{situation}"] = ("way_choice", choice(situation), None)
    for channel in Channel:
        found[f"way_{channel}"] = ("way", way(channel), None)
        found[f"way_{channel}_open"] = ("way", way(channel, now=OPENS), None)
    return found

"""Views of the first page, the guided choice and the page of each way in: what is offered, and how long it takes now."""

from dataclasses import dataclass

from shared.domain.ways import Situation, WayIn


@dataclass(frozen=True, slots=True)
class HomeView:
    """The first page: what may make an application unnecessary, then the question what happened, then every way in."""

    ways: tuple[WayIn, ...]
    situations: tuple[Situation, ...]


@dataclass(frozen=True, slots=True)
class WayChoiceView:
    """What fits a situation: something to try or to do first, then the ways in, best one first."""

    situation: Situation
    ways: tuple[WayIn, ...]

    @property
    def best(self) -> WayIn | None:
        """The one to take; None if no way is on."""
        return self.ways[0] if self.ways else None


@dataclass(frozen=True, slots=True)
class WayView:
    """One way in: what it needs before one starts, and the others."""

    way: WayIn
    others: tuple[WayIn, ...]

"""Asks the invariants of every moment, when somebody saves, sends, makes a pass or removes a method, and writes the book."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from shared.domain.accounts import Method
from shared.domain.application import Application, Change
from shared.domain.states import State
from shared.ports import NewPass, Snapshot
from tests.simulation.at_audit import no_record_no_pass
from tests.simulation.at_blocks import the_account_is_not_blocked
from tests.simulation.at_passes import (
    a_foreign_pass_is_found,
    a_pass_is_recorded_or_gone,
    links_go_to_trusted_addresses,
    old_methods_stay_until_there_is_a_new_one,
    one_pass_an_attempt,
    the_guards_passed,
    the_owner_was_told,
)
from tests.simulation.at_policy import (
    crowded,
    flags_make_people_wait,
    flags_send_to_the_office,
    the_delay_counts_from_the_notice,
    the_surge_limit_holds,
)
from tests.simulation.at_saves import (
    a_wanted_mail_is_not_given_up,
    every_change_has_its_event,
    no_recorded_pass_after_the_end,
    nothing_before_opening,
    one_open_application,
    somebody_will_come,
)
from tests.simulation.book import Made
from tests.simulation.decisions import a_valid_decision
from tests.simulation.endings import a_shown_pass_is_live
from tests.simulation.processes import PROCESS, Process

if TYPE_CHECKING:
    from tests.simulation.world import World

MINTING: ContextVar[Application | None] = ContextVar("minting", default=None)
"""The case whose claimed attempt this task is making a pass for."""

_YOUNG: Final = 1800.0
_SETTLED: Final = 1500.0
"""Seconds after which a pass is on record or gone: the deadline of a claim, a look at it, the function timeout twice."""


class Moments:
    """Asks the invariants of every moment, and writes the book."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.at_save: list[Callable[[World, Snapshot | None, Snapshot, Change], str]] = [
            every_change_has_its_event,
            one_open_application,
            nothing_before_opening,
            no_recorded_pass_after_the_end,
            the_surge_limit_holds,
            the_delay_counts_from_the_notice,
        ]
        self.at_pass: list[Callable[[World, Application, Made], str]] = [
            one_pass_an_attempt,
            a_valid_decision,
            the_owner_was_told,
            the_guards_passed,
            no_record_no_pass,
            the_account_is_not_blocked,
            flags_send_to_the_office,
            flags_make_people_wait,
        ]

    def saved(self, before: Snapshot | None, after: Snapshot, change: Change) -> None:
        """A case was saved."""
        world = self._world
        case = after.application
        if before is None or before.application.state is not case.state:
            world.book.reached[f"{case.channel.value} {case.state.value}"] += 1
            world.trouble.say(f"           {case.id[:6]} {case.channel.value} is {case.state.value}")
            for looker in world.lookers:
                looker(case)
        if case.subject:
            world.book.owner[case.id] = case.subject
        for ask in self.at_save:
            self._hold(ask.__name__, ask(world, before, after, change))
        self._hold(somebody_will_come.__name__, somebody_will_come(world, after))
        world.book.note(change)

    def marked(self, after: Snapshot) -> None:
        """Mails of a case were marked."""
        self._hold(somebody_will_come.__name__, somebody_will_come(self._world, after))
        self._hold(a_wanted_mail_is_not_given_up.__name__, a_wanted_mail_is_not_given_up(self._world, after))

    def placed(self) -> None:
        """Somebody took a place among the passes of the hour."""
        self._hold(the_surge_limit_holds.__name__, crowded(self._world))

    def erased(self, application: str) -> None:
        """A due row was erased."""
        found = self._world.storage.applications.peek(application)
        if found is not None:
            self._hold(somebody_will_come.__name__, somebody_will_come(self._world, found))

    def created(self, subject: str, made: NewPass) -> None:
        """Graph made a pass for this service."""
        world = self._world
        case = MINTING.get()
        if case is None or case.attempt is None:
            world.broken(one_pass_an_attempt.__name__, "a pass is made outside of an attempt")
            return
        written = Made(case.id, case.attempt.number, subject, made.id, made.code, world.loop.seconds)
        world.book.made[made.id] = written
        world.book.codes.append(made.code)
        world.trouble.say(f"           pass {made.id[:6]} is made for {case.id[:6]}")
        for ask in self.at_pass:
            self._hold(ask.__name__, ask(world, case, written))
        deadline = (case.attempt.deadline - world.now()).total_seconds()
        in_time = deadline > world.tolerance + world.weather.lag
        maker = PROCESS.get()
        world.loop.at(world.loop.seconds + _SETTLED, lambda: self._settled(written, maker, in_time=in_time))

    def _settled(self, made: Made, maker: Process, *, in_time: bool) -> None:
        self._hold(
            a_pass_is_recorded_or_gone.__name__,
            a_pass_is_recorded_or_gone(self._world, made, maker, in_time=in_time),
        )

    def foreign(self, subject: str) -> None:
        """An administrator made a pass by hand."""
        world = self._world
        mine = [world.storage.applications.peek(each) for each in world.active[subject]]
        case = next((each.application for each in mine if each and each.application.current_pass), None)
        live = world.graph.live(subject)
        if case is None or live is None or case.current_pass is None or case.state is not State.ISSUED:
            return
        age = (world.now() - case.current_pass.issued_at).total_seconds()
        patience = max(300.0, age) + 240.0 + world.tolerance + world.weather.lag
        made = world.loop.seconds

        def ask() -> None:
            """A run of the timer that stands still holds the timer's lease: it is asked once more when that is over."""
            again = world.trouble.stalled_until + patience
            if world.trouble.stalled_until > made and again > world.loop.seconds:
                world.loop.at(again, ask)
                return
            found = a_foreign_pass_is_found(world, case.id, live.id, made)
            self._hold(a_foreign_pass_is_found.__name__, found)

        world.loop.at(made + patience, ask)

    def shown_dead(self, application: str, code: str) -> None:
        """Somebody saw a pass that is not live: on a calm day there is none, unless somebody else ended it or it was used."""
        world = self._world
        found = world.storage.applications.peek(application)
        case = found.application if found else None
        made = next((each for each in world.book.made.values() if each.code == code), None)
        if case is None or case.current_pass is None or made is None or case.current_pass.id != made.id:
            return
        young = world.loop.seconds - made.at < _YOUNG
        alone = made.subject not in world.book.foreign and all(each.code != code for each in world.book.shown)
        if world.weather.calm and case.state is State.ISSUED and young and alone:
            self._hold(a_shown_pass_is_live.__name__, f"{application[:6]} shows a pass that is not live")

    def removed(self, subject: str, method: Method) -> None:
        """A method was removed."""
        said = old_methods_stay_until_there_is_a_new_one(self._world, subject, method)
        self._hold(old_methods_stay_until_there_is_a_new_one.__name__, said)

    def link_sent(self, to: str, application: str) -> None:
        """A link to the pass was sent."""
        found = self._world.storage.applications.peek(application)
        said = links_go_to_trusted_addresses(self._world, to, found.application if found else None)
        self._hold(links_go_to_trusted_addresses.__name__, said)

    def _hold(self, name: str, said: str) -> None:
        if said:
            self._world.broken(name, said)

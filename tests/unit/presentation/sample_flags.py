"""Sample views of flagged cases: every flag with what is known, and what each asks for on the pages of staff."""

from dataclasses import replace

from shared.domain.application import Application
from shared.domain.case_parts import FlagFact
from shared.domain.counter_steps import CounterStep
from shared.domain.flag_policy import explained, in_person_only
from shared.domain.kinds import Channel, Flag, Role
from shared.presentation import views
from tests.unit.presentation import sample_office
from tests.unit.presentation.sample_ways import came_by
from tests.unit.presentation.samples import NOW, application
from tests.unit.university import rules_of

RULES = rules_of()
OTHERS = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")
STAFF = views.PageSession("確認 花子", "staff", frozenset({Role.REVIEWER.value}))


def flagged(*flags: Flag, case: Application | None = None) -> Application:
    """A case with these flags, and all that can be known about each."""
    facts = tuple(
        FlagFact(each, 2, NOW, OTHERS if each is Flag.PHOTO_OF_ANOTHER_ACCOUNT else ()) for each in flags
    )
    return replace(case or application(), flags=flags, flag_facts=facts)


def review(case: Application) -> views.ReviewView:
    """The reviewer's page of a case, as the shipped policy has it."""
    return views.ReviewView(
        "TOKEN", case, flags=explained(case, RULES), office_only=in_person_only(case, RULES)
    )


def pages() -> dict[str, tuple[str, object | None, views.PageSession | None]]:
    """Preview name to page, view and session."""
    every, common = flagged(*Flag), flagged(*(set(Flag) - RULES.office_for))
    counter = flagged(Flag.EARLIER_CONTEST, case=came_by(Channel.OFFICE))
    asked = sample_office.case(CounterStep.ASKED, flags=explained(counter, RULES))
    return {
        "review_flags": ("review", review(common), STAFF),
        "review_office_only": ("review", review(every), STAFF),
        "staff_case_flags": ("staff_case", views.CaseView(every, flags=explained(every, RULES)), STAFF),
        "office_case_flags": ("office_case", asked, sample_office.CLERK),
    }

"""What applicants, reviewers and the console see of a case that came by the form or from the counter."""

from collections.abc import Iterator

from tests.browser.scenes import Scene
from tests.journeys.programs import answers_form
from tests.journeys.town import Town


def form_pages(town: Town) -> Iterator[Scene]:
    """From the answered form to the photo that is asked for."""
    person = town.newcomer()
    for kind in ("phone", "fido2"):
        town.registers(person, kind)
    case = answers_form(town, person, "added_question")
    case.waits("in_review")
    yield Scene("status-form", person, f"/applications/{case.id}")
    yield Scene("review-form", town.staff("reviewer"), case.review_link())
    yield Scene("staff-case-form", town.staff("operator"), f"/staff/applications/{case.id}")
    yield Scene("staff-form", town.staff("operator"), "/staff")
    case.decide("return", reason_code="other")
    case.waits("returned")
    yield Scene("status-form-returned", person, f"/applications/{case.id}")

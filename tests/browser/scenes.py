"""Every page in real states, made by real people: for looking at all of them in both languages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFilter
from playwright.sync_api import Page

from local.visitor import Visitor
from tests.journeys.town import Town

type Act = Callable[[Page], None]


@dataclass(frozen=True)
class Scene:
    """A page to look at: who opens what, and does what there."""

    name: str
    who: Visitor | None
    path: str
    act: Act | None = None
    status: int = 200
    languages: tuple[str, ...] = ("ja", "en")


def blurred(photo: bytes) -> bytes:
    """The same card out of focus."""
    with Image.open(BytesIO(photo)) as picture:
        soft = picture.filter(ImageFilter.GaussianBlur(12))
    out = BytesIO()
    soft.save(out, "JPEG")
    return out.getvalue()


def send_photo(photo: bytes, *, fields: bool = False, address: str = "") -> Act:
    """Fill in the form of the page and send it with this photo."""

    def act(page: Page) -> None:
        if fields:
            page.locator("input[name=reason]").first.check()
            page.locator("#details").fill(
                "駅で落としました。 I dropped it at the station & <b>cannot</b> find it."
            )
            page.locator("#contact_email").fill(address)
        page.locator("input[type=file]").set_input_files(
            {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": photo}
        )
        page.locator("main button[type=submit]").first.click()

    return act


def choose(answer: str) -> Act:
    """Give the owner's answer."""

    def act(page: Page) -> None:
        page.locator(f"input[value={answer}]").check()
        page.locator("main button[type=submit]").click()
        page.locator("main .lead").wait_for()

    return act


def closed_hours(town: Town) -> Iterator[Scene]:
    """A Friday night before a holiday Monday."""
    town.at("2026-11-20T20:00:00+09:00")
    person = town.newcomer()
    yield Scene("home-closed", None, "/")
    for way in ("website", "office", "form", "identity-verification"):
        yield Scene(f"way-closed-{way}", None, f"/ways/{way}")
    yield Scene("apply-closed", person, "/apply")
    case = town.applies(person)
    case.waits("held")
    yield Scene("status-held", person, f"/applications/{case.id}")
    town.at("2026-11-24T10:00:00+09:00")


def before_applying(town: Town) -> Iterator[Scene]:
    """From the front door to the sent form, and what can go wrong there."""
    person = town.newcomer()
    card = town.card(person)
    yield Scene("home", None, "/")
    for situation in ("new-phone", "unfinished-setup", "linked-card", "forgot-password"):
        yield Scene(f"choose-{situation}", None, f"/ways/choose/{situation}")
    yield Scene("way-website", None, "/ways/website")
    yield Scene("way-unknown", None, "/ways/lottery", status=404)
    yield Scene("apply", person, "/apply")
    yield Scene("apply-errors", person, "/apply", send_photo(b"no picture", fields=True, address="a@b"))
    yield Scene("apply-doubtful", person, "/apply", send_photo(blurred(card), fields=True))
    yield Scene("problem-not-yours", person, "/applications/0123456789abcdef0123456789abcdef", status=404)
    yield Scene("link-malformed", None, "/not-me/altered", status=404)
    yield Scene("sign-in-expired", None, "/auth/callback?code=x&state=y", status=400)
    yield Scene("signed-out", person, "/apply", lambda page: page.locator("header button").click())


def status_pages(town: Town) -> Iterator[Scene]:
    """An application in each state its applicant can see, the pickup pages among them."""
    case = town.in_review(details="fell into the pond", contact_email="typed@elsewhere.example")
    path = f"/applications/{case.id}"
    yield Scene("status-in-review", case.person, path)
    yield Scene("apply-open-already", case.person, "/apply")
    yield Scene("not-me", None, case.not_me_link())
    case.decide(
        "return", reason_code="photo_unreadable", message="番号が読めません。 The number cannot be read."
    )
    case.waits("returned")
    yield Scene("status-returned", case.person, path)
    yield Scene("status-returned-error", case.person, path, send_photo(b"no picture"))
    rejected = town.in_review()
    yield Scene("not-me-mine", None, rejected.not_me_link(), choose("mine"))
    rejected.decide("reject", reason_code="name_mismatch")
    rejected.waits("rejected")
    yield Scene("status-rejected", rejected.person, f"/applications/{rejected.id}")
    stopped = town.in_review()
    yield Scene("not-me-not-mine", None, stopped.not_me_link(), choose("not_mine"))
    stopped.waits("cancelled")
    yield Scene("status-cancelled", stopped.person, f"/applications/{stopped.id}")
    unreachable = town.applies(town.newcomer("no_address"))
    unreachable.waits("attention", "in_review", "rejected")
    yield Scene("status-no-address", unreachable.person, f"/applications/{unreachable.id}")
    cooling = town.in_review(contact_email="typed@elsewhere.example")
    cooling.decide("approve", confirm_contact="on")
    cooling.waits("cooling_off")
    yield Scene("status-cooling-off", cooling.person, f"/applications/{cooling.id}")


def pickup_pages(town: Town) -> Iterator[Scene]:
    """From the approval to the completed application."""
    case = town.approved()
    path = f"/applications/{case.id}"
    yield Scene("status-approved", case.person, path)
    yield Scene("pickup-needs-link", case.person, f"/pickup/{case.id}")
    case.opens_pickup()
    yield Scene("pickup", case.person, f"/pickup/{case.id}")
    yield Scene("pickup-other-link", case.person, f"/pickup/{case.id}?key=altered", status=404)

    def press(page: Page) -> None:
        page.locator("#ask").click()
        page.locator("#result").wait_for()

    yield Scene("pickup-shown", case.person, f"/pickup/{case.id}", press)
    case.waits("issued")
    yield Scene("status-issued", case.person, path)
    town.registers(case.person)
    case.says_registered()
    case.waits("completed")
    yield Scene("status-completed", case.person, path)
    yield Scene("not-me-over", None, case.not_me_link())


def staff_pages(town: Town) -> Iterator[Scene]:
    """What reviewers and operators see."""
    reviewer, operator = town.staff("reviewer"), town.staff("operator")
    case = town.in_review(details="fell into the pond", contact_email="typed@elsewhere.example")
    link = case.review_link()
    yield Scene("review", reviewer, link)

    def choose_nothing(page: Page) -> None:
        page.locator("input[name=decision][value=reject]").check()
        page.locator("main form button").first.click()

    yield Scene("review-errors", reviewer, link, choose_nothing)
    yield Scene("wrong-role", operator, link, status=403)
    yield Scene("staff", operator, "/staff")
    yield Scene("staff-case", operator, f"/staff/applications/{case.id}")
    contested = town.completed()
    contested.not_me()
    contested.waits("attention")
    troubled = town.newcomer("nested_admin")
    refused = town.applies(troubled)
    refused.waits("attention", "in_review", "rejected")
    yield Scene("staff-attention", operator, "/staff/attention")
    yield Scene("staff-case-refused", operator, f"/staff/applications/{refused.id}")
    yield Scene("staff-attention-reviewer", reviewer, "/staff/attention")

    def approve(page: Page) -> None:
        page.locator("input[name=decision][value=approve]").check()
        page.locator("main form button").first.click()
        page.locator("main .lead").wait_for()

    first, second = town.in_review(), town.in_review()
    yield Scene("review-done", reviewer, first.review_link(), approve, languages=("ja",))
    yield Scene("review-done", reviewer, second.review_link(), approve, languages=("en",))
    first.waits("approved")
    yield Scene("review-closed", reviewer, first.review_link())

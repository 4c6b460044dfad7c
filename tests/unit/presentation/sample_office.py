"""Sample views of the office counter: every step, every bar, the form with everything to be corrected, the slip."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.counter_steps import AT_WORK, CounterStep
from shared.domain.kinds import CardKind, Closing, CounterBar, Language, Reason, Role
from shared.presentation import views
from shared.presentation.office_views import (
    ComparedPerson,
    ConfirmFields,
    CounterRow,
    OfficeCaseView,
    OfficeSlipView,
    OfficeView,
)
from shared.presentation.qr_code import qr_code
from tests.unit.presentation.samples import ID, METHODS, NASTY, NOW, OPENS

CLERK = views.PageSession("窓口 直子", "staff", frozenset({Role.OFFICE_CLERK.value}))
LINK = f"https://verification.it-services.example.ac.jp/pickup/{ID}?key=" + "Abc-_9.xY" * 13
PERSON = ComparedPerson("見本 太郎", "工学部 見本工学科", "0123456789@utac.example.ac.jp", METHODS)


def case(step: CounterStep, **changes: object) -> OfficeCaseView:
    """A case in this step."""
    view = OfficeCaseView(
        ID,
        "K7Q3-MP0X",
        "0123456789@utac.example.ac.jp",
        step,
        compare_until=NOW + timedelta(hours=1),
        collect_until=OPENS + timedelta(days=5),
        waiting=step in AT_WORK,
    )
    return replace(view, **changes)  # type: ignore[arg-type]  # tests name the fields of the view


def slip(language: Language, number: int = 1) -> OfficeSlipView:
    """A printed slip."""
    other = Language.EN if language is Language.JA else Language.JA
    until = NOW + timedelta(days=1)
    return OfficeSlipView(ID, "K7Q3-MP0X", language, other, LINK, qr_code(LINK), until, number)


def pages() -> dict[str, tuple[str, object | None, views.PageSession | None]]:
    """Preview name to page, view and session."""
    rows = tuple(
        CounterRow(
            f"id-{each}", "K7Q3-MP0X", NASTY if each is CounterStep.COMPARE else "0123456789@u", NOW, each
        )
        for each in CounterStep
    )
    found: dict[str, tuple[str, object | None, views.PageSession | None]] = {
        "office": ("office", OfficeView("f" * 32, "", "utac.example.ac.jp", rows), CLERK),
        "office_empty": ("office", OfficeView("f" * 32), CLERK),
        "office_wrong": (
            "office",
            OfficeView("f" * 32, NASTY, "utac.example.ac.jp", errors={"account": "invalid"}),
            CLERK,
        ),
    }
    slips = {"slips": 1, "slip_until": NOW + timedelta(days=1), "person": PERSON}
    for step in CounterStep:
        told: dict[str, object] = {}
        if step is CounterStep.COMPARE:
            told = {"person": PERSON}
        elif step is CounterStep.REFUSED:
            continue
        elif step in {CounterStep.APPROVED, CounterStep.ISSUED}:
            told = dict(slips)
        elif step is CounterStep.ENDED:
            told = {"closing": Closing.NOT_ME}
        found[f"office_case_{step}"] = ("office_case", case(step, **told), CLERK)
    for bar in CounterBar:
        found[f"office_case_refused_{bar}"] = ("office_case", case(CounterStep.REFUSED, bar=bar), CLERK)
    nameless = replace(PERSON, name=NASTY, affiliation="", methods=())
    filled = ConfirmFields(
        CardKind.STUDENT_CARD, face=True, reason=Reason.LOST, language=Language.EN, contact_email=NASTY
    )
    wrong = {
        "valid": "missing",
        "contact_email": "invalid",
        "contact_confirmed": "missing",
        "card": "missing",
    }
    found |= {
        "office_case_compare_wrong": (
            "office_case",
            case(CounterStep.COMPARE, person=nameless, fields=filled, errors=wrong),
            CLERK,
        ),
        "office_case_slip_ran_out": (
            "office_case",
            case(CounterStep.APPROVED, **(slips | {"slip_ran_out": True})),
            CLERK,
        ),
        "office_case_no_slip": ("office_case", case(CounterStep.APPROVED, person=PERSON), CLERK),
        "office_slip_ja": ("office_slip", slip(Language.JA), CLERK),
        "office_slip_en": ("office_slip", slip(Language.EN, number=2), CLERK),
        "wrong_role_clerk": ("wrong_role", views.WrongRoleView("窓口 直子", (Role.REVIEWER,)), CLERK),
    }
    return found

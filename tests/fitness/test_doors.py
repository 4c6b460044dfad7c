"""Every door is on one explicit list: its route, its methods, and who is let in."""

import ast
from itertools import combinations

import pytest

from functions import by_role
from functions._http import answers, bearer, doors
from functions._http.doors import (
    ANYONE,
    APPLICANT,
    AUDITOR,
    CLERK,
    CONSOLE,
    FORMS_FLOW,
    FRONTEND,
    OPERATOR,
    REVIEWER,
    Needs,
)
from functions._http.problems import STATUS, Trouble
from shared import bootstrap
from shared.domain.kinds import Language, Role
from shared.presentation.views import Problem
from tests.fitness.source import ROOT, functions_of, named, python_files, tree

READ = "GET HEAD"
EXPECTED: dict[str, tuple[str, str, Needs]] = {
    # Doors without a sign-in. Whoever adds a line here says why.
    "home": ("", READ, ANYONE),  # the way in
    "way_choice": ("ways/choose/{situation}", READ, ANYONE),  # advice; no account is asked for or looked up
    "way": ("ways/{way}", READ, ANYONE),
    "privacy": ("privacy", READ, ANYONE),  # what is kept of whom: for everybody
    "static": ("static/{name}", READ, ANYONE),  # a style sheet and a script
    "auth_sign_in": ("auth/sign-in", "GET", ANYONE),  # the sign-in itself
    "auth_callback": ("auth/callback", "GET", ANYONE),
    "auth_sign_out": ("auth/sign-out", "POST", ANYONE),
    "not_me": ("not-me/{token}", READ, ANYONE),  # the owner cannot sign in; the link only stops a case
    "not_me_answer": ("not-me/{token}", "POST", ANYONE),
    "pickup": (
        "pickup/{id}",
        READ,
        ANYONE,
    ),  # moves the link's key into a cookie; the page asks for an applicant
    "health": ("health", READ, ANYONE),  # monitors
    "health_ready": ("health/ready", READ, ANYONE),
    "openapi": ("openapi.json", READ, ANYONE),  # says what programs may send, and no more
    # Identity verification: the card is the proof, held in cookies of its own; linking adds a fresh sign-in with MFA.
    "verify": ("verify", READ, ANYONE),
    "verify_start": ("verify/start", "GET", ANYONE),
    "verify_callback": ("verify/callback", "GET", ANYONE),
    "verify_choose": ("verify/issue", READ, ANYONE),
    "verify_issue": ("verify/issue", "POST", ANYONE),
    "verify_pass": ("verify/pass", "GET", ANYONE),
    "verify_shown": ("verify/shown", "POST", ANYONE),
    "verify_registered": ("verify/registered", "POST", ANYONE),
    "verify_forget": ("verify/forget", "POST", ANYONE),
    "verify_link": ("verify/link", READ, ANYONE),
    "verify_link_make": ("verify/link", "POST", ANYONE),
    "verify_unlink": ("verify/unlink", "POST", ANYONE),
    # Applicants: a session of low trust, made by a password alone.
    "apply_form": ("apply", READ, APPLICANT),
    "apply_submit": ("apply", "POST", APPLICANT),
    "application": ("applications/{id}", READ, APPLICANT),
    "application_photo": ("applications/{id}/photo", "POST", APPLICANT),
    "application_withdraw": ("applications/{id}/withdraw", "POST", APPLICANT),
    "application_registered": ("applications/{id}/registered", "POST", APPLICANT),
    "application_trouble": ("applications/{id}/trouble", "POST", APPLICANT),
    "pickup_ask": ("pickup/{id}", "POST", APPLICANT),
    "pickup_pass": ("pickup/{id}/pass", "GET", APPLICANT),
    "pickup_shown": ("pickup/{id}/shown", "POST", APPLICANT),
    # Programs: an access token made for our API; cookies count for nothing.
    "form_response": ("api/webhooks/forms", "POST", FORMS_FLOW),
    "api_apply": ("api/applications", "POST", FRONTEND),
    "api_application": ("api/applications/{id}", READ, FRONTEND),
    # Staff: signed in with MFA.
    "review": ("review/{token}", READ, REVIEWER),
    "review_photo": ("review/{token}/photo", "GET", REVIEWER),
    "review_decide": ("review/{token}", "POST", REVIEWER),
    "staff": ("staff", READ, CONSOLE),
    "staff_attention": ("staff/attention", READ, CONSOLE),
    "staff_case": ("staff/applications/{id}", READ, CONSOLE),
    "staff_freeze": ("staff/freeze", READ, CONSOLE),
    "staff_freeze_set": ("staff/freeze", "POST", OPERATOR),
    "staff_thaw": ("staff/thaw", "POST", OPERATOR),
    "staff_run_again": ("staff/applications/{id}/run-again", "POST", OPERATOR),
    "staff_stop": ("staff/applications/{id}/stop", "POST", OPERATOR),
    "staff_lift_block": ("staff/applications/{id}/lift-block", "POST", OPERATOR),
    "staff_cut_link": ("staff/applications/{id}/cut-link", "POST", OPERATOR),
    "staff_retry_poison": ("staff/poison/{key}/retry", "POST", OPERATOR),
    # The auditor.
    "audit": ("staff/audit", READ, AUDITOR),
    "audit_case": ("staff/audit/applications/{id}", READ, AUDITOR),
    "audit_export": ("staff/audit/export", "POST", AUDITOR),
    # The office counter.
    "office": ("office", READ, CLERK),
    "office_look_up": ("office", "POST", CLERK),
    "office_case": ("office/{id}", READ, CLERK),
    "office_confirm": ("office/{id}/confirm", "POST", CLERK),
    "office_leave": ("office/{id}/leave", "POST", CLERK),
    "office_print": ("office/{id}/slip", "POST", CLERK),
    "office_slip": ("office/{id}/slip", READ, CLERK),
}
BEHIND_A_DOOR = {"pickup_open": APPLICANT}
"""Not a route: what ``pickup`` shows once the key is in the cookie."""


def test_every_route_is_on_the_list_with_its_methods() -> None:
    """Taken from the metadata that the platform's own runtime makes of the app."""
    found = {
        name: (each["route"], " ".join(sorted(each["methods"])))
        for name, each in functions_of("all").items()
        if each["trigger"] == "http"
    }

    assert found == {name: (route, methods) for name, (route, methods, _) in EXPECTED.items()}


def test_every_route_asks_for_the_sign_in_on_the_list() -> None:
    by_role.blueprints("web")

    assert {name: needs for name, (_, _, needs) in EXPECTED.items()} | BEHIND_A_DOOR == doors.DOORS


def test_what_the_needs_mean() -> None:
    assert (ANYONE.kind, ANYONE.roles) == ("anyone", frozenset())
    assert (APPLICANT.kind, APPLICANT.roles) == ("applicant", frozenset())
    assert (REVIEWER.kind, REVIEWER.roles) == ("staff", frozenset({Role.REVIEWER}))
    assert (OPERATOR.kind, OPERATOR.roles) == ("staff", frozenset({Role.OPERATOR}))
    assert (AUDITOR.kind, AUDITOR.roles) == ("staff", frozenset({Role.AUDITOR}))
    assert (CLERK.kind, CLERK.roles) == ("staff", frozenset({Role.OFFICE_CLERK}))
    assert (CONSOLE.kind, CONSOLE.roles) == ("staff", frozenset({Role.REVIEWER, Role.OPERATOR, Role.AUDITOR}))


def test_the_needs_of_programs() -> None:
    assert (FORMS_FLOW.kind, FRONTEND.kind) == ("flow", "frontend")
    assert frozenset({FORMS_FLOW.kind, FRONTEND.kind}) == bearer.KINDS


def test_no_route_names_a_reading_and_a_writing_method() -> None:
    for name, (_, methods, _) in EXPECTED.items():
        assert methods in {"GET", READ, "POST"}, name


def test_no_address_fits_two_routes() -> None:
    """The platform tries routes by the names of their functions, not by precedence as ASP.NET Core does.

    Source: Azure/azure-functions-host issues 3153 and 9876. For the same reason there is no catch-all route.
    """
    parts = {name: route.split("/") for name, (route, _, _) in EXPECTED.items()}
    clashes = [
        (one, other)
        for one, other in combinations(EXPECTED, 2)
        if len(parts[one]) == len(parts[other])
        and EXPECTED[one][0] != EXPECTED[other][0]
        and all(a == b or "{" in a + b for a, b in zip(parts[one], parts[other], strict=True))
    ]

    assert clashes == []
    assert not [name for name, (route, _, _) in EXPECTED.items() if "{*" in route or "?}" in route]


def test_every_http_function_is_a_door_and_no_other_decorator_stands_between() -> None:
    """``@bp.route`` directly above ``@door``: nothing can be served that ``door`` has not let in."""
    for path in python_files("functions"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                continue
            decorators = [ast.unparse(each).split("(")[0] for each in node.decorator_list]
            if "bp.route" in decorators:
                assert decorators == ["bp.route", "door"], f"{named(path)}: {node.name}"


def test_roles_serve_what_they_should() -> None:
    """The internet reaches ``web`` only; the worker has no door."""
    assert {each["trigger"] for each in functions_of("web").values()} == {"http"}
    assert {each["trigger"] for each in functions_of("worker").values()} == {"queue", "timer"}
    assert functions_of("all") == functions_of("web") | functions_of("worker")


def test_every_module_of_functions_is_registered() -> None:
    files = {each.stem for each in (ROOT / "functions").glob("*_*.py")} - {"by_role"}

    assert files == {*by_role.WEB, *by_role.WORKER} | {"__init__"}


def test_a_handler_is_short() -> None:
    """Parse, one call, reply: at most 18 statements, whatever the formatter makes of them."""
    for path in python_files("functions"):
        for node in tree(path).body:
            if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list:
                statements = sum(isinstance(each, ast.stmt) for each in ast.walk(node)) - 2
                assert statements <= 18, f"{named(path)}: {node.name} has {statements}"


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_has_a_status_and_a_document(
    problem: Problem, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "base_url", lambda: "https://mfa.example.ac.jp")
    monkeypatch.setattr(bootstrap, "sign_in_page", lambda: "https://login.example/t/v2.0")

    answer = answers.problem_document(Trouble(problem), language)

    assert answer.status_code == STATUS[problem] >= 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_every_page_that_is_shown_exists_and_every_page_is_shown() -> None:
    shown = {
        node.args[0].value
        for path in python_files("functions")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"visit.page", "page"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    pages = {each.stem for each in (ROOT / "shared/presentation/pages").glob("[!_]*.html")}

    assert shown == pages


def test_handlers_are_asynchronous() -> None:
    """A blocking handler would hold the worker's one event loop."""
    for name in (*by_role.WEB, *by_role.WORKER):
        source = ROOT / "functions" / f"{name}.py"
        for node in tree(source).body:
            assert not (isinstance(node, ast.FunctionDef) and node.decorator_list), f"{name}: {node.name}"

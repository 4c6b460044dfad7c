"""Who may come through which door: no sign-in, the wrong session, the wrong role, forged headers, other sites."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from local import configuration
from local.visitor import Visitor
from tests.journeys.town import Case, Town, problem, words

UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def case(staffed: Town) -> Case:
    """A case that nothing may change."""
    staffed.begin()
    return staffed.in_review()


def nobody(town: Town) -> Visitor:
    """A browser in which nobody is signed in."""
    return Visitor(town.stack.app, {})


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/apply", "applicant"), (f"/applications/{UNKNOWN}", "applicant"), (f"/pickup/{UNKNOWN}", "applicant"),
        ("/staff", "staff"), ("/staff/attention", "staff"), (f"/staff/applications/{UNKNOWN}", "staff"),
        ("/review/x.y.z", "staff"),
    ],
)  # fmt: skip
def test_without_a_sign_in_a_page_leads_there_and_back_and_json_is_refused(
    town: Town, path: str, role: str
) -> None:
    sent = nobody(town).get(path, allow_redirects=False)
    assert sent.status_code == 303
    target = urlsplit(sent.headers["Location"])
    assert (target.netloc, target.path) == ("", "/auth/sign-in")
    assert parse_qs(target.query) == {"as_role": [role], "next": [path]}
    assert "link" in problem(nobody(town).get(path, json=True), 401)


@pytest.mark.parametrize(
    "path",
    [
        "/apply", f"/applications/{UNKNOWN}/photo", f"/applications/{UNKNOWN}/withdraw",
        f"/applications/{UNKNOWN}/registered", f"/applications/{UNKNOWN}/trouble", f"/pickup/{UNKNOWN}",
        f"/pickup/{UNKNOWN}/shown", "/review/x.y.z", f"/staff/applications/{UNKNOWN}/stop",
        f"/staff/applications/{UNKNOWN}/run-again", "/staff/poison/abc/retry",
    ],
)  # fmt: skip
def test_without_a_sign_in_nothing_can_be_sent(town: Town, path: str) -> None:
    problem(nobody(town).post(path, data={"a": "b"}), 401)


def test_another_person_sees_and_changes_nothing_of_a_case(town: Town) -> None:
    case = town.approved()
    other = town.newcomer()
    path = f"/applications/{case.id}"
    problem(other.get(path, json=True), 403)
    page = other.get(path)
    assert page.status_code == 403
    assert case.reference not in page.text
    for door in ("withdraw", "registered", "trouble"):
        problem(other.post(f"{path}/{door}", data={"confirm": "on"}), 403)
    photo = {"photo": ("a.jpg", town.card(other), "image/jpeg")}
    problem(other.post(f"{path}/photo", files=photo), 403)
    problem(other.get(f"/pickup/{case.id}/pass", json=True), 403)
    problem(other.get(f"/applications/{UNKNOWN}", json=True), 404)
    for odd in ("a" * 500, "A" * 32, "0" * 31):
        assert other.get(f"/applications/{odd}", json=True).status_code == 404

    assert case.seen()["state"] == "approved"


def test_an_applicant_s_session_opens_no_staff_door_and_the_reverse(town: Town) -> None:
    case = town.in_review()
    link = case.review_link()
    for path in ("/staff", "/staff/attention", f"/staff/applications/{case.id}", link, f"{link}/photo"):
        problem(case.person.get(path, json=True), 401)
    problem(case.person.post(link, data={"decision": "approve"}), 401)
    reviewer = town.staff()
    problem(reviewer.get(f"/applications/{case.id}", json=True), 401)
    problem(reviewer.get(f"/pickup/{case.id}", json=True), 401)

    renamed = Visitor(town.stack.app, {})
    for cookie in case.person.http.cookies:
        assert cookie.value is not None
        renamed.http.cookies.set(
            cookie.name.replace("applicant", "staff"), cookie.value, domain="localhost.local"
        )
    problem(renamed.get("/staff", json=True), 401)


@pytest.mark.parametrize("kind", ["student", "clerk", "auditor", "operator"])
def test_a_reviewer_s_link_is_of_no_use_to_other_roles(town: Town, kind: str) -> None:
    case = town.in_review()
    link = case.review_link()
    if kind == "student":
        other = case.person
        other.sign_in("staff")
    else:
        other = town.staff(kind)
    page = other.get(link)
    assert page.status_code == 403
    assert case.person.upn not in page.text.replace(f'value="{case.person.upn}"', "")
    assert other.get(f"{link}/photo").status_code == 403
    problem(other.post(link, data={"decision": "approve"}), 403)
    assert case.seen()["state"] == "in_review"


@pytest.mark.parametrize("kind", ["student", "clerk"])
def test_the_console_is_for_reviewers_operators_and_auditors(town: Town, kind: str) -> None:
    other = town.newcomer(kind, signed_in=False)
    other.sign_in("staff")
    page = other.get("/staff")

    assert page.status_code == 403
    assert town.staff("auditor").get("/staff").ok


def test_headers_of_the_platform_s_own_sign_in_are_not_believed(town: Town) -> None:
    case = town.in_review()
    forged = {
        "x-ms-client-principal": "eyJyb2xlcyI6WyJSZXZpZXdlciIsIk9wZXJhdG9yIl19",
        "x-ms-client-principal-id": case.person.person["oid"],
        "x-ms-client-principal-name": case.person.upn,
        "x-ms-token-aad-id-token": "e30.e30.",
        "Authorization": "Bearer e30.e30.",
        "Accept": "application/json",
    }
    for path in (f"/staff/applications/{case.id}", f"/applications/{case.id}"):
        problem(requests.get(f"{town.stack.app}{path}", headers=forged, timeout=30), 401)


@pytest.mark.parametrize(
    "origin",
    [None, "null", "https://evil.example", "http://localhost", "http://127.0.0.1:{port}", "", "{app}."],
)
def test_a_post_from_another_site_changes_nothing(town: Town, case: Case, origin: str | None) -> None:
    headers = {"Accept": "application/json"}
    if origin is not None:
        headers["Origin"] = origin.format(port=town.stack.settings.port, app=town.stack.app)
    for path in (
        f"/applications/{case.id}/withdraw",
        "/apply",
        "/auth/sign-out",
        urlsplit(case.not_me_link()).path,
    ):
        data = {"confirm": "on", "choice": "not_mine"}
        problem(case.person.http.post(f"{town.stack.app}{path}", data=data, headers=headers, timeout=30), 403)

    assert case.seen()["state"] == "in_review"


@pytest.mark.parametrize("host", ["evil.example", "localhost:1", "evil.example:443"])
def test_a_forged_host_reaches_neither_links_nor_redirects(town: Town, host: str) -> None:
    headers = {"Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}", "X-Original-Host": host}
    for path in ("/", "/apply", "/auth/sign-in?as_role=applicant&next=/apply"):
        answer = requests.get(f"{town.stack.app}{path}", headers=headers, allow_redirects=False, timeout=30)
        assert host not in answer.text
        location = answer.headers.get("Location", "/")
        assert urlsplit(location).netloc in {"", f"127.0.0.1:{town.stack.settings.local_port}"}
        assert quote(host, safe="") not in location
    student = town.newcomer()
    cookies = "; ".join(f"{each.name}={each.value}" for each in student.http.cookies)
    answer = requests.post(
        f"{town.stack.app}/apply",
        data={"reason": "lost", "language": "en"},
        files={"photo": ("card.jpg", town.card(student), "image/jpeg")},
        headers={**headers, "Origin": town.stack.app, "Accept": "application/json", "Cookie": cookies},
        timeout=60,
    )
    taken = answer.json()
    assert taken["status_url"].startswith(f"{town.stack.app}/")
    case = Case(town, student, taken["id"], taken["reference"], taken)
    assert case.not_me_link().startswith(f"{town.stack.app}/")
    assert all(host not in mail["text"] + mail["html"] for mail in case.all_mails())


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "///evil",
        "/%2f/evil.example", "/apply/../../evil", "/apply?x=1", "/apply#x", " /apply", "/apply\r\nX: y", "http:evil", "@evil",
        "/auth/sign-out", "/staff//evil.example/..", "", "/staff/" + "a" * 1600,
    ],
)  # fmt: skip
def test_a_sign_in_goes_on_to_our_own_pages_only(town: Town, target: str) -> None:
    visitor = town.newcomer(signed_in=False)
    start = visitor.get(
        f"/auth/sign-in?as_role=applicant&next={quote(target, safe='')}", allow_redirects=False
    )
    back = visitor.http.get(
        f"{start.headers['Location']}&as={visitor.upn}", allow_redirects=False, timeout=30
    )
    end = visitor.http.get(back.headers["Location"], allow_redirects=False, timeout=30)

    assert end.status_code == 303
    assert end.headers["Location"] == "/"


def test_a_disabled_account_cannot_sign_in(town: Town) -> None:
    person = town.newcomer("disabled", signed_in=False)
    answer = person.sign_in("applicant", "/apply")

    assert answer.status_code == 403
    assert "AADSTS50057" in answer.text
    problem(person.get("/apply", json=True), 401)


def test_a_sign_in_that_was_cancelled_or_is_not_ours_ends_kindly(town: Town) -> None:
    visitor = nobody(town)
    visitor.get("/auth/sign-in?as_role=applicant", allow_redirects=False)
    page = visitor.get("/auth/callback?error=access_denied&error_description=x&state=y")
    assert page.status_code in {400, 403}
    assert words(page.text)
    assert nobody(town).get("/auth/callback?code=x&state=y").status_code == 400
    assert nobody(town).get("/auth/sign-in?as_role=king").status_code == 400


def test_signing_out_ends_the_session(town: Town) -> None:
    visitor = town.newcomer()
    assert visitor.get("/apply").ok
    out = visitor.post("/auth/sign-out", data={"as_role": "applicant"}, allow_redirects=False)
    assert out.status_code == 303
    assert "logout" in out.headers["Location"]
    assert out.headers["Clear-Site-Data"] == '"storage"'

    problem(visitor.get("/apply", json=True), 401)


def test_the_web_s_identity_gets_nothing_from_graph(town: Town) -> None:
    """Whatever a page may be talked into: the directory refuses its process."""
    token = requests.post(
        f"{town.stack.local}/{configuration.TENANT_ID}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": configuration.WEB_IDENTITY_ID,
            "client_secret": configuration.local_secret(configuration.WEB_IDENTITY_ID),
            "scope": "https://graph.microsoft.com/.default",
        },
        timeout=30,
    ).json()["access_token"]
    student = town.newcomer()
    user = f"{town.stack.local}/v1.0/users/{student.person['oid']}"
    headers = {"Authorization": f"Bearer {token}"}
    passes = f"{user}/authentication/temporaryAccessPassMethods"
    for answer in (
        requests.get(user, headers=headers, timeout=30),
        requests.get(f"{user}/authentication/methods", headers=headers, timeout=30),
        requests.post(passes, headers=headers, json={"isUsableOnce": True}, timeout=30),
        requests.post(f"{user}/revokeSignInSessions", headers=headers, timeout=30),
    ):
        assert answer.status_code == 403
    assert town.graph(student)["passes"] == []


def test_unknown_addresses_and_methods_are_not_found(town: Town) -> None:
    for method, path in (("GET", "/nothing"), ("DELETE", "/apply"), ("PUT", "/"), ("GET", "/apply/x/y")):
        assert requests.request(method, f"{town.stack.app}{path}", timeout=30).status_code == 404


def test_the_headers_reach_the_browser_and_the_host_adds_no_name_of_its_own(town: Town) -> None:
    """The matrix of ``tests/doors`` looks at every door; here once over the wire, with what the platform answers itself."""
    for path, keeps in (
        ("/", "no-store"),
        ("/static/style.css", "public, max-age=300"),
        ("/apply", "no-store"),
    ):
        answer = requests.get(f"{town.stack.app}{path}", allow_redirects=False, timeout=30)
        assert answer.headers["Cache-Control"] == keeps
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers
    nothing = requests.get(f"{town.stack.app}/nothing", timeout=30)
    assert (nothing.status_code, nothing.text) == (404, "")
    assert not {"Server", "Set-Cookie", "X-Powered-By"} & set(nothing.headers)

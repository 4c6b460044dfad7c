"""The freeze switch over HTTP: an operator's button, the words for applicants and staff, and the pass after the release."""

from local.visitor import eventually
from tests.journeys.town import Town, problem, words


def turns(town: Town, button: str, reason: str) -> None:
    """An operator reads the page, presses the button, and sees that it was done."""
    operator = town.staff("operator")
    page = operator.get("/staff/freeze").text
    number = page.partition('name="number" value="')[2].partition('"')[0]
    form = {"number": number, "reason_code": reason, "confirm": "on"}
    answer = operator.post(f"/staff/{button}", data=form, headers={"Accept": "text/html"})
    assert answer.status_code == 200  # led back to the page
    frozen = button == "freeze"
    eventually(
        lambda: ('action="/staff/thaw"' in operator.get("/staff/freeze").text) is frozen,
        "the worker turns the switch",
    )


def test_a_freeze_puts_the_pass_off_and_after_the_release_all_goes_on(town: Town) -> None:
    case = town.approved()
    case.opens_pickup()
    turns(town, "freeze", "exercise")
    try:
        assert "The making of passes is frozen." in words(town.staff("reviewer").get("/staff").text)
        case.asks()
        case.waits_for("pass_put_off")
        assert case.seen()["state"] == "approved"
        problem(case.person.ask_for_pass(case.id), 409)
        assert town.graph(case.person)["passes"] == []
        assert "For safety, no passes are being made right now." in case.page()
    finally:
        turns(town, "thaw", "exercise")
    case.waits_for("pass_resumed")
    case.opens_pickup(after=1)
    case.collects()
    told = [each["subject"] for each in town.cloud.mails(town.staff("operator").upn)]
    assert any("The making of passes was frozen" in each for each in told)
    assert any("Passes are made again" in each for each in told)


def test_a_button_needs_its_box_and_its_reason(town: Town) -> None:
    operator = town.staff("operator")
    answer = operator.post("/staff/freeze", data={"number": "0"}, headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert 'href="#reason_code"' in answer.text
    assert 'href="#confirm"' in answer.text

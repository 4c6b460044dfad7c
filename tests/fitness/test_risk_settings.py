"""Lists of flags come from the environment as they are meant, or not at all."""

import pytest

from local.configuration import from_environment, web_environment
from shared.domain.kinds import Flag
from shared.domain.risk_limits import COOLING_OFF_FLAGS, OFFICE_FLAGS, SECOND_APPROVER_FLAGS, RiskLimits
from shared.domain.rules import Rules
from shared.settings import Settings
from tests.fitness.source import ROOT
from tests.unit.university import rules_of

LISTS = ["SECOND_APPROVER_FLAGS", "COOLING_OFF_FLAGS", "OFFICE_FLAGS"]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in web_environment(from_environment({}, scratch=ROOT)).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("given", ["no_such_flag", "no_photo,earlier_contests", "none,no_photo"])
def test_an_unknown_flag_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str
) -> None:
    """It would guard nobody; it is named by the setting, without the value."""
    monkeypatch.setenv(name, given)
    with pytest.raises(ValueError, match=name.lower()) as caught:
        Settings()
    assert given not in str(caught.value)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("given", "read"), [(" no_photo , photo_unclear", ("no_photo", "photo_unclear")), ("none", ())]
)
def test_a_list_is_read_as_it_is_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, read: tuple[str, ...]
) -> None:
    monkeypatch.setenv(name, given)
    assert getattr(Settings(), name.lower()) == read


def test_what_is_not_set_is_the_shipped_policy() -> None:
    given, shipped = Settings(), rules_of()
    assert set(given.second_approver_flags) == SECOND_APPROVER_FLAGS == shipped.second_approver_for
    assert set(given.cooling_off_flags) == COOLING_OFF_FLAGS == shipped.cooling_off_for
    assert set(given.office_flags) == OFFICE_FLAGS == shipped.office_for
    assert given.risk_limits == RiskLimits() == shipped.risk_limits
    assert isinstance(shipped, Rules)
    assert set(Flag) >= SECOND_APPROVER_FLAGS | COOLING_OFF_FLAGS | OFFICE_FLAGS


def test_the_spans_are_those_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "RECENT_PASSWORD_DAYS",
        "SOON_AFTER_COMPLETION_DAYS",
        "REPEATED_WITHIN_DAYS",
        "REPEATED_FROM",
    ):
        monkeypatch.setenv(name, "7")
    limits = Settings().risk_limits
    spans = {each.days for each in (limits.password_within, limits.completed_within, limits.repeated_within)}
    assert (spans, limits.repeated_from) == ({7}, 7)

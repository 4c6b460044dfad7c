import pytest

from local import demo
from shared.domain.kinds import Channel


def test_a_way_that_is_not_there_is_refused_with_the_names_of_those_that_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHANNEL", "carrier_pigeon")
    assert demo.main() == 2
    said = capsys.readouterr().err
    assert "carrier_pigeon" in said
    assert "website, form, office, identity_verification" in said


def test_there_is_a_name_for_every_way_in() -> None:
    assert set(demo.CHANNELS) == {each.value for each in Channel}

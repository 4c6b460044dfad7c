import importlib
import json

import pytest
import requests

from local import demo
from local.playbill import telling
from local.visitor import LocalCloud, NotSeenError, Visitor
from shared.domain.kinds import Channel


class _Begun(Exception):
    """The people are there and the clock would be set: as far as this test plays."""


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


@pytest.mark.parametrize("channel", demo.CHANNELS)
def test_each_demo_plays_with_somebody_who_has_no_history(
    channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, object]] = []

    def call(_cloud: LocalCloud, method: str, path: str, json: object = None, **_params: str) -> object:
        asked.append((method, path, json))
        if path == "/api/clock":
            raise _Begun
        person = {"upn": "new@utac.example.ac.jp", "kind": "student", "mail": ["new@mail.example.com"]}
        return person if method == "POST" else [person | {"kind": each} for each in ("reviewer", "clerk")]

    monkeypatch.setattr(LocalCloud, "call", call)
    with pytest.raises(_Begun):
        importlib.import_module(f"local.demo_{channel}").play("http://app.invalid", "http://local.invalid")
    assert ("POST", "/api/people", {"kind": "student"}) in asked


def test_a_demo_that_stops_names_state_flags_and_guards_of_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {
        "reference": "6XNR-5ET0",
        "state": "cooling_off",
        "flags": ["soon_after_completion"],
        "guards": [{"guard": "policy", "passed": False}, {"guard": "enabled", "passed": True}],
        "history": [{"event": "application_received"}],
    }

    def answers(_visitor: Visitor, *_path: object, **_options: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code = requests.codes.ok
        answer._content = json.dumps(seen).encode()
        return answer

    monkeypatch.setattr(LocalCloud, "people", lambda *_: [{"upn": "operator@utac.example.ac.jp"}])
    monkeypatch.setattr(Visitor, "sign_in", answers)
    monkeypatch.setattr(Visitor, "get", answers)
    cloud = LocalCloud("http://local.invalid")
    with pytest.raises(NotSeenError) as stopped, telling("http://app.invalid", cloud, "c1"):
        raise NotSeenError("a mail with a link like /pickup/")
    said = str(stopped.value)
    assert said.startswith("a mail with a link like /pickup/")
    assert "6XNR-5ET0 is cooling_off; flags: soon_after_completion; guards that refuse: policy;" in said
    assert "application_received" in said

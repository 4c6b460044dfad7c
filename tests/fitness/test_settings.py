"""Every setting is documented with its default, and no secret shows."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticUndefined

from local.configuration import from_environment, web_environment, worker_environment
from shared.settings import _SET_BY_THE_PLATFORM, Settings
from tests.fitness.source import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")
OF_THE_PLATFORM = {"AzureWebJobsStorage", "AZURE_FUNCTIONS_ENVIRONMENT"}


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\|", PAGE, re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a setting stands twice"
    return dict(rows)


def default_text(value: Any) -> str:  # noqa: ANN401 - whatever a field's default is
    if value is PydanticUndefined:
        return ""
    if hasattr(value, "get_secret_value"):
        return default_text(value.get_secret_value())
    return ",".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def test_every_setting_is_documented_with_its_default() -> None:
    fields = {
        field.alias or name.upper(): default_text(field.default)
        for name, field in Settings.model_fields.items()
    }

    assert documented() == fields


def test_the_local_run_sets_nothing_that_does_not_exist() -> None:
    configuration = from_environment({}, scratch=ROOT)
    given = {*web_environment(configuration), *worker_environment(configuration)}
    own = {name for name in given if name.startswith("REREGISTER_")}

    assert given - own <= set(documented()) | OF_THE_PLATFORM


def test_what_each_role_needs_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings that a bare process complains about are those of the column "needed by"."""
    for name in documented():
        monkeypatch.delenv(name, raising=False)
    for each in ("BASE_URL", "TENANT_ID", "STAFF_CLIENT_ID", "LINK_KEYS"):
        monkeypatch.setenv(each, "x" * 32)
    for role in ("web", "worker"):
        monkeypatch.setenv("APP_ROLE", role)
        with pytest.raises(ValidationError) as refused:
            Settings()
        missing = set(re.findall(r"(\w+)(?: \([^)]*\))? is not set", str(refused.value)))
        needed = set(re.findall(rf"^\| `(\w+)` \|[^|]*\| (?:both¹|{role}) \|", PAGE, re.MULTILINE))
        assert missing == {each for each in needed if "__" not in each}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"API_CLIENT_ID": ""}, {"API_CLIENT_ID"}),
        ({"FORMS_FILE": ""}, {"FORMS_FILE"}),
        ({"TENANT_DOMAIN": ""}, {"FORMS_DOMAINS"}),
        ({"TENANT_DOMAIN": "", "FORMS_DOMAINS": "example.ac.jp"}, set()),
        ({"FORMS_WITHOUT_TOKEN": "true"}, {"FORMS_FALLBACK_KEY"}),
        ({"FORMS_WITHOUT_TOKEN": "true", "FORMS_FALLBACK_KEY": "k" * 32}, set()),
        ({"FORMS_FALLBACK_KEY": "k" * 32}, set()),
    ],
)
def test_the_way_of_the_form_must_be_complete(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], missing: set[str]
) -> None:
    settings = web_environment(from_environment({}, scratch=ROOT)) | changes
    for name in (*documented(), *settings, *_SET_BY_THE_PLATFORM):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    if not missing:
        assert Settings().forms_file
        return
    with pytest.raises(ValidationError) as refused:
        Settings()

    assert set(re.findall(r"(\w+)(?: \([^)]*\))? is not set", str(refused.value))) == missing


@pytest.mark.parametrize("name", ["CLOSURES", "EXTRA_DAYS"])
def test_days_that_cannot_be_understood_are_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """And named, without the value."""
    settings = web_environment(from_environment({}, scratch=ROOT)) | {name: "some-day"}
    for each in (*documented(), *settings, *_SET_BY_THE_PLATFORM):
        monkeypatch.delenv(each, raising=False)
    for each, value in settings.items():
        monkeypatch.setenv(each, value)

    with pytest.raises(ValueError, match=name.lower()) as caught:
        Settings()
    assert "some-day" not in str(caught.value)


@pytest.mark.parametrize("name", ["LINK_KEYS", "COOKIE_KEYS"])
def test_a_key_that_is_to_come_verifies_and_does_not_sign(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The last of the list signs; a list of keys to come alone signs nothing and is refused."""
    old, new = "o" * 32, "n" * 32
    settings = web_environment(from_environment({}, scratch=ROOT)) | {name: f"{old}, next:{new}"}
    for each in (*documented(), *settings, *_SET_BY_THE_PLATFORM):
        monkeypatch.delenv(each, raising=False)
    for each, value in settings.items():
        monkeypatch.setenv(each, value)
    assert [each.get_secret_value() for each in getattr(Settings(), name.lower())] == [new, old]

    monkeypatch.setenv(name, f"next:{new}")
    with pytest.raises(ValueError, match="none signs") as caught:
        Settings()
    assert new not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"SUPPORT_EMAIL": "", "SUPPORT_PHONE": "", "SUPPORT_URL": ""},
            "EVALUATION_MODE needs SUPPORT_EMAIL",
        ),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": "", "PROTECTED_GROUPS": ""}, "PROTECTED_GROUPS is empty"),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": ""}, "must be https"),
        ({"METHOD_HASH_KEY": "short"}, "shorter than"),
    ],
)
def test_evaluation_mode_says_who_helps_meanwhile_and_excuses_nothing(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], why: str
) -> None:
    settings = worker_environment(from_environment({}, scratch=ROOT)) | {"EVALUATION_MODE": "true"}
    for each in (*documented(), *settings, *_SET_BY_THE_PLATFORM):
        monkeypatch.delenv(each, raising=False)
    for each, value in settings.items():
        monkeypatch.setenv(each, value)
    assert Settings().evaluation_mode

    for each, value in changes.items():
        monkeypatch.setenv(each, value)
    with pytest.raises(ValueError, match=why):
        Settings()


_KEY = json.loads(web_environment(from_environment({}, scratch=ROOT))["VERIFY_CLIENT_KEY"])


@pytest.mark.parametrize(
    "wrong",
    [
        "some-key",
        "[]",
        '{"kty": "oct", "k": "some-key", "kid": "1"}',
        json.dumps({name: value for name, value in _KEY.items() if name != "d"}),
        json.dumps({name: value for name, value in _KEY.items() if name != "kid"}),
        json.dumps(_KEY | {"crv": "P-384"}),
    ],
)
def test_a_client_key_that_cannot_sign_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """And named, without the value."""
    settings = web_environment(from_environment({}, scratch=ROOT)) | {"VERIFY_CLIENT_KEY": wrong}
    for each in (*documented(), *settings, *_SET_BY_THE_PLATFORM):
        monkeypatch.delenv(each, raising=False)
    for each, value in settings.items():
        monkeypatch.setenv(each, value)

    with pytest.raises(ValueError, match="verify_client_key") as caught:
        Settings()
    assert wrong not in str(caught.value)


def test_no_secret_shows_in_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = web_environment(from_environment({}, scratch=ROOT))
    for name in (*documented(), *settings, *_SET_BY_THE_PLATFORM):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    shown = repr(Settings())
    secrets = [
        value for name, value in settings.items() if name.endswith(("_SECRET", "_KEY", "_KEYS", "Storage"))
    ]

    assert len(secrets) >= 5
    assert not [each for each in secrets if each in shown]


@pytest.mark.parametrize("name", ["LINK_KEYS", "COOKIE_KEYS", "LINK_HASH_KEY"])
def test_a_reference_to_key_vault_that_was_not_resolved_is_no_key(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is long enough for one, and everybody who knows the vault's name could sign with it."""
    reference = "@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/links)"
    settings = web_environment(from_environment({}, scratch=ROOT)) | {name: reference}
    for each, value in settings.items():
        monkeypatch.setenv(each, value)
    with pytest.raises(ValidationError, match=f"{name} holds a reference to Key Vault"):
        Settings()

from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import Settings

WEB = {
    "APP_ROLE": "web",
    "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
    "BASE_URL": "http://localhost:7071",
    "TENANT_ID": "t",
    "TENANT_DOMAIN": "example.ac.jp",
    "RecordsStorage": "UseDevelopmentStorage=true",
    "PhotosStorage": "UseDevelopmentStorage=true",
    "APPLICANT_CLIENT_ID": "a",
    "STAFF_CLIENT_ID": "s",
    "LINK_KEYS": "k" * 32,
    "COOKIE_KEYS": "k" * 32,
}


def _read(monkeypatch: pytest.MonkeyPatch, **more: str) -> Settings:
    for name, value in (WEB | more).items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_web_needs_the_secrets_of_both_registrations(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as caught:
        _read(monkeypatch)

    assert "APPLICANT_CLIENT_SECRET is not set; STAFF_CLIENT_SECRET is not set" in str(caught.value)


def test_web_needs_no_secret_where_the_registrations_trust_its_identity(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _read(monkeypatch, SIGN_IN_WITH_IDENTITY="true").sign_in_with_identity


SECRETS = ["APPLICANT_CLIENT_SECRET", "STAFF_CLIENT_SECRET"]


@pytest.mark.parametrize("name", SECRETS)
def test_a_client_secret_that_nobody_has_put_into_the_vault_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The first deployment fills the vault with a word of its own: Entra alone would refuse it, one sign-in after the other."""
    template = (Path(__file__).parents[2] / "infra" / "vault.bicep").read_text("utf-8")
    assert "value: 'not-set'" in template

    with pytest.raises(ValidationError, match=f"{name} holds the placeholder of the first deployment"):
        _read(monkeypatch, **dict.fromkeys(SECRETS, "s" * 40) | {name: "not-set"})


@pytest.mark.parametrize("name", SECRETS)
def test_a_client_secret_that_the_platform_could_not_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    reference = "@Microsoft.KeyVault(VaultName=v;SecretName=s)"

    with pytest.raises(ValidationError, match=f"{name} holds a reference to Key Vault that was not resolved"):
        _read(monkeypatch, **dict.fromkeys(SECRETS, "s" * 40) | {name: reference})


def test_client_secrets_that_somebody_has_set_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _read(monkeypatch, **dict.fromkeys(SECRETS, "s" * 40)).staff_client_secret.get_secret_value()

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
    return Settings()  # type: ignore[call-arg]  # from the environment


def test_web_needs_the_secrets_of_both_registrations(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as caught:
        _read(monkeypatch)

    assert "APPLICANT_CLIENT_SECRET is not set; STAFF_CLIENT_SECRET is not set" in str(caught.value)


def test_web_needs_no_secret_where_the_registrations_trust_its_identity(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _read(monkeypatch, SIGN_IN_WITH_IDENTITY="true").sign_in_with_identity

"""Settings of the ways in. A way that is on must be complete; one that is off needs nothing. Part of ``Settings``."""

import json
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.domain.kinds import Channel
from shared.limit_settings import LimitSettings

type Names = Annotated[tuple[str, ...], NoDecode]
type Scopes = Annotated[dict[str, tuple[str, ...]], NoDecode]


class ChannelSettings(LimitSettings):
    """Which ways in are on, and what each of them needs."""

    model_config = SettingsConfigDict(
        case_sensitive=False, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    channels: Names = ("website",)

    api_client_id: str = ""
    api_frontends: Names = ()

    form_url: str = ""
    forms_file: str = ""
    forms_domains: Names = ()
    forms_fallback_key: SecretStr = SecretStr("")
    forms_without_token: bool = False

    office_scopes: Scopes = Field(default_factory=dict)
    office_counter_minutes: int = Field(60, ge=5)
    office_slip_hours: int = Field(24, ge=1)

    verify_issuer: str = ""
    verify_authorization_url: str = ""
    verify_token_url: str = ""
    verify_keys_url: str = ""
    verify_client_id: str = ""
    verify_client_key: SecretStr = SecretStr("")
    verify_scopes: str = "openid name"
    verify_acr_values: str = "aal3 crl"
    verify_acr_accepted: Names = ("aal3",)
    verify_minutes: int = Field(10, ge=1)
    verify_app_name_ja: str = "マイナアプリ"
    verify_app_name_en: str = "Myna App"
    verify_app_url: str = "https://services.digital.go.jp/mynaapp/"
    link_hash_key: SecretStr = SecretStr("")
    link_auth_context: str = "c1"
    link_cooling_days: float = Field(7, ge=0)
    card_passes_per_day: int = Field(3, ge=1)

    @field_validator("channels", "api_frontends", "forms_domains", "verify_acr_accepted", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
        return (
            [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        )

    @field_validator("channels")
    @classmethod
    def _known_channels(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = [each.value for each in Channel]
        if not value or set(value) - set(known):
            raise ValueError(f"one or more of {', '.join(known)}")
        return tuple(each for each in known if each in value)

    @field_validator("office_scopes", mode="before")
    @classmethod
    def _scopes(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
        if not isinstance(value, str):
            return value
        try:
            found = json.loads(value)
        except ValueError:
            raise ValueError("a JSON object: group of clerks to a list of groups or faculties") from None
        lists = isinstance(found, dict) and all(isinstance(each, list) for each in found.values())
        if not lists or not all(isinstance(name, str) for each in found.values() for name in each):
            raise ValueError("a JSON object: group of clerks to a list of groups or faculties")
        return {str(group): tuple(names) for group, names in found.items()}

    @field_validator("verify_client_key")
    @classmethod
    def _signing_key(cls, value: SecretStr) -> SecretStr:
        """Refused at the start, not at the first person who comes back from the provider."""
        text = value.get_secret_value()
        try:
            key: Any = json.loads(text or "{}")
        except ValueError:
            key = None
        good = isinstance(key, dict) and (key.get("kty"), key.get("crv")) == ("EC", "P-256")
        if text and not (good and all(isinstance(key.get(each), str) for each in ("d", "x", "y", "kid"))):
            raise ValueError("a private key for ES256 as a JWK (JSON) with its kid")
        return value

    def is_on(self, channel: Channel) -> bool:
        """Whether this way in is offered."""
        return channel.value in self.channels

    @property
    def link_cooling(self) -> timedelta:
        """Age that a link between account and card must have before it is used without delay."""
        return timedelta(days=self.link_cooling_days)

    def missing_of_channels(self, role: str) -> list[str]:
        """Names of the settings that the ways that are on lack in a process of this role."""
        web, worker = role in {"web", "all"}, role in {"worker", "all"}
        wanted: dict[str, bool] = {}
        if self.is_on(Channel.FORM):
            tokenless = self.forms_without_token
            wanted["API_CLIENT_ID"] = bool(self.api_client_id) or tokenless
            if web:
                wanted["FORMS_FILE"] = bool(self.forms_file)
                wanted["FORMS_FALLBACK_KEY"] = (
                    bool(self.forms_fallback_key.get_secret_value()) or not tokenless
                )
        if self.is_on(Channel.OFFICE) and worker:
            wanted["OFFICE_SCOPES"] = bool(self.office_scopes)
        if self.is_on(Channel.IDENTITY_VERIFICATION):
            wanted |= {
                "VERIFY_ISSUER": bool(self.verify_issuer),
                "VERIFY_KEYS_URL": bool(self.verify_keys_url),
                "VERIFY_CLIENT_ID": bool(self.verify_client_id),
                "LINK_HASH_KEY": bool(self.link_hash_key.get_secret_value()),
            }
            if web:
                wanted |= {
                    "VERIFY_AUTHORIZATION_URL": bool(self.verify_authorization_url),
                    "VERIFY_TOKEN_URL": bool(self.verify_token_url),
                    "VERIFY_CLIENT_KEY": bool(self.verify_client_key.get_secret_value()),
                }
        if self.api_frontends and web:
            wanted["API_CLIENT_ID"] = bool(self.api_client_id)
        return [f"{name} is not set" for name, there in wanted.items() if not there]

    def plain_of_channels(self) -> dict[str, str]:
        """Addresses that must be https in the cloud, by name."""
        given = {
            "VERIFY_ISSUER": self.verify_issuer,
            "VERIFY_AUTHORIZATION_URL": self.verify_authorization_url,
            "VERIFY_TOKEN_URL": self.verify_token_url,
            "VERIFY_KEYS_URL": self.verify_keys_url,
            "FORM_URL": self.form_url,
        }
        return {name: url for name, url in given.items() if url}

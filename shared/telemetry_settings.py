"""Where telemetry goes: nowhere, unless a setting says so. Part of ``Settings``."""

from typing import Literal

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class TelemetrySettings(BaseSettings):
    """The console or a collector by a setting of ours; Application Insights when the platform's own setting is there."""

    model_config = SettingsConfigDict(
        case_sensitive=False, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    telemetry: Literal["none", "console", "otlp"] = "none"
    otlp_endpoint: str = "http://127.0.0.1:4318"
    applicationinsights_connection_string: SecretStr = SecretStr("")

    @field_validator("otlp_endpoint")
    @classmethod
    def _base(cls, value: str) -> str:
        return value.rstrip("/")

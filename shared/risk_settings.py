"""Settings of the risk flags: what counts as recent or repeated, and what each flag asks for. Part of ``Settings``."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.channel_settings import Names
from shared.domain.kinds import Flag
from shared.domain.risk_limits import COOLING_OFF_FLAGS, OFFICE_FLAGS, SECOND_APPROVER_FLAGS, RiskLimits

NOTHING = "none"
"""A list of this word alone is empty: an empty variable counts as not set, and means the default."""

_LISTS = ("second_approver_flags", "cooling_off_flags", "office_flags")


def _names(flags: Iterable[Flag]) -> tuple[str, ...]:
    return tuple(sorted(each.value for each in flags))


class RiskSettings(BaseSettings):
    """Lists of flag names; an unknown name is refused at the start, since it would guard nobody."""

    model_config = SettingsConfigDict(
        case_sensitive=False, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    second_approver_flags: Names = _names(SECOND_APPROVER_FLAGS)
    cooling_off_flags: Names = _names(COOLING_OFF_FLAGS)
    office_flags: Names = _names(OFFICE_FLAGS)
    recent_password_days: float = Field(3, ge=0)
    soon_after_completion_days: float = Field(14, ge=0)
    repeated_within_days: float = Field(30, ge=0, le=365)
    repeated_from: int = Field(3, ge=2, le=10)
    photo_print_days: float = Field(400, gt=0)

    @field_validator(*_LISTS, mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
        return (
            [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        )

    @field_validator(*_LISTS)
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value == (NOTHING,):
            return ()
        if set(value) - set(Flag):
            raise ValueError(f"names of flags only ({', '.join(Flag)}), or {NOTHING} alone")
        return value

    @property
    def risk_limits(self) -> RiskLimits:
        """What counts as recent or repeated."""
        return RiskLimits(
            password_within=timedelta(days=self.recent_password_days),
            completed_within=timedelta(days=self.soon_after_completion_days),
            repeated_within=timedelta(days=self.repeated_within_days),
            repeated_from=self.repeated_from,
        )

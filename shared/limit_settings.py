"""Settings of the limits: passes of the whole service, and how often one may knock at its doors. Part of ``Settings``."""

from dataclasses import replace

from pydantic import Field
from pydantic_settings import BaseSettings

from shared.domain.limits import DEFAULTS, Counted, Limit
from shared.domain.surge import SurgeLimits

_MOST_HOPS = 10


class LimitSettings(BaseSettings):
    """How many of what, within an hour or a day."""

    trusted_hops: int = Field(1, ge=0, le=_MOST_HOPS)
    passes_per_hour: int = Field(60, ge=1)
    passes_per_day: int = Field(400, ge=1)
    freeze_at_passes_per_hour: int = Field(0, ge=0)
    limit_sign_ins: int = Field(3000, ge=1)
    limit_uploads_of_network: int = Field(600, ge=1)
    limit_verifications: int = Field(1000, ge=1)
    limit_webhook_posts: int = Field(6000, ge=1)
    limit_applications: int = Field(5, ge=1)
    limit_uploads: int = Field(30, ge=1)
    limit_pass_requests: int = Field(20, ge=1)
    limit_decisions: int = Field(60, ge=1)
    limit_photo_views: int = Field(120, ge=1)
    limit_look_ups: int = Field(60, ge=1)
    limit_submissions: int = Field(300, ge=1)
    limit_form_responses: int = Field(300, ge=1)

    @property
    def surge(self) -> SurgeLimits:
        """The most passes of the whole service."""
        return SurgeLimits(self.passes_per_hour, self.passes_per_day, self.freeze_at_passes_per_hour)

    @property
    def limits(self) -> dict[Limit, Counted]:
        """How each thing is counted at the doors; each limit has a setting of its name."""
        return {
            limit: replace(counted, most=int(getattr(self, f"limit_{limit.value}")))
            for limit, counted in DEFAULTS.items()
        }

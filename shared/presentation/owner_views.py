"""What the pages for the account's owner are given: was it you, and thank you for the answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.kinds import Channel
from shared.presentation.form_errors import Errors


class Choice(StrEnum):
    """What the owner says."""

    MINE = "mine"
    NOT_MINE = "not_mine"


@dataclass(frozen=True, slots=True)
class NotMeView:
    """Was it you? No sign-in: no name, no address.

    Attributes:
        over: The case has ended, so only a contest is left.
        said_no_at: When the owner said "no"; then nothing is asked any more.
        protects: Whether "no" leaves only the office.
    """

    token: str
    reference: str
    channel: Channel
    received_at: datetime
    over: bool = False
    said_no_at: datetime | None = None
    protects: bool = True
    errors: Errors = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotMeDoneView:
    """The owner's answer has reached us. ``over``: nothing is left to stop, or goes on; ``protects``: only the office is left."""

    reference: str
    choice: Choice
    over: bool = False
    protects: bool = True

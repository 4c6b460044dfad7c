"""Views of the page with the freeze switch."""

from dataclasses import dataclass, field

from shared.domain.freezing import TO_FREEZE, TO_THAW, FreezeReason, FreezeSwitch
from shared.presentation.form_errors import Errors


@dataclass(frozen=True, slots=True)
class FreezeView:
    """How the switch stands.

    Attributes:
        switch: As it was read.
        history: How it stood after each touch, newest first.
        operator: Whether the reader may turn it.
        asked: Somebody asked to turn it a moment ago, and the worker has not done so yet.
        reason: Prior choice after an error.
        errors: What to correct.
    """

    switch: FreezeSwitch
    history: tuple[FreezeSwitch, ...] = ()
    operator: bool = False
    asked: bool = False
    reason: FreezeReason | None = None
    errors: Errors = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[FreezeReason, ...]:
        """What an operator may name as the reason of the next turn."""
        return TO_THAW if self.switch.frozen else TO_FREEZE

"""All that is tried."""

from typing import Any, Final

from tests.fuzz import bodies, doors, photos, rows, tokens
from tests.fuzz.target import Target

TARGETS: Final[tuple[Target[Any], ...]] = (
    *photos.TARGETS,
    *bodies.TARGETS,
    *tokens.TARGETS,
    *doors.TARGETS,
    *rows.TARGETS,
)

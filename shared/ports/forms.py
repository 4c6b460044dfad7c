"""The forms whose responses are taken."""

from typing import Protocol

from shared.domain.forms import Form


class Forms(Protocol):
    """The map of each form, as the university configured it."""

    def find(self, form: str) -> Form | None:
        """The form of this id, None if its responses are not taken.

        Raises:
            UnavailableError: the configuration cannot be read or is wrong; a log line says where.
        """
        ...

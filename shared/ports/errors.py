"""What can go wrong at any port; the texts are for operators and hold no personal data."""


class PortError(Exception):
    """Something outside did not do what was asked. The text is for operators and holds no personal data."""


class ConflictError(PortError):
    """An insert-only row is there already."""


class StaleError(PortError):
    """The row was changed since it was read (ETag)."""


class MissingError(PortError):
    """What was asked for does not exist (any more)."""


class ForbiddenError(PortError):
    """The other side refuses for good: a role, permission or policy is missing, or it does not accept the values."""


class NewerVersionError(PortError):
    """A row was written by a newer version of the service: what it means is not known here, so it is left alone."""


class UnavailableError(PortError):
    """The other side cannot now, and surely did nothing; try again.

    Attributes:
        retry_after: Seconds the other side asked to wait, if it said so.
    """

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        """Keep the wait the other side asked for."""
        super().__init__(what)
        self.retry_after = retry_after


class UnknownOutcomeError(PortError):
    """The other side may or may not have done it: look first, never repeat blindly."""

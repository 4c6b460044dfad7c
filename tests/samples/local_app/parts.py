"""What the supervisor's tests inject instead of the service's local parts: nothing."""


def install() -> None:
    """Do nothing."""

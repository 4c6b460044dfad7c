"""A part that shows that it was injected."""


def aloud() -> None:
    """Say so."""
    print("injected")

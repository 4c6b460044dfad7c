"""Random values that are the same in every run."""

from random import Random


class SeededRandomness:
    """The port ``Randomness`` for tests."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)

    def token(self) -> str:
        """32 hexadecimal digits, the next of the sequence."""
        return f"{self._random.getrandbits(128):032x}"

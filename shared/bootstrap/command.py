"""How a command for people on their own machine ends when that machine lacks the libraries: a sentence, not a traceback.

Imports the standard library only: it speaks where nothing else can be imported.
"""

import sys
from collections.abc import Callable, Sequence

_COULD_NOT_LOOK = 2


def run(main: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """The exit status of ``main``; 2 where a library is missing, which is then named."""
    try:
        return main(arguments)
    except ModuleNotFoundError as missing:
        sys.stderr.write(
            f"The library {missing.name} is missing. Type .venv/bin/python in place of python, "
            "in a checkout in which `make setup` has run.\n"
        )
        return _COULD_NOT_LOOK

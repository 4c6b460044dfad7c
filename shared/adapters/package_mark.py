"""Which package this process runs from."""

from functools import cache
from pathlib import Path
from typing import Final

FROM_SOURCE: Final = "source"
"""What a checkout says: no package was built of it."""
FILE: Final = Path(__file__).resolve().parent.parent / "package.mark"
"""Written by ``make package`` (package/contents.py); a checkout has none."""


@cache
def package_mark(file: Path = FILE) -> str:
    """Twelve hexadecimal digits of a digest of all that the package holds, or ``source``.

    It tells packages apart, for whoever deploys and wants to know that the new one runs; it proves nothing.
    """
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        return FROM_SOURCE

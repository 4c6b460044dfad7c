"""The zip: the same input makes the same bytes, and a package that grew too large is refused."""

import hashlib
import importlib.util
import marshal
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 40_000_000
MOST_FILES: Final = 5_000
#: The earliest time a zip can hold: when something was built says nothing about what was built.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
_UNCHECKED_HASH: Final = (0b01).to_bytes(4, "little")


class TooLargeError(ValueError):
    """The package is over its limits of bytes or files."""


def compiled(source: bytes, name: str) -> bytes:
    """The ``.pyc`` of a source, as a hash-based one that is never checked against it (PEP 552).

    A time in it would have to equal the file's, which deployment sets anew. ``name`` is what tracebacks show.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other people's old escapes
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def write(archive: Path, files: Mapping[str, bytes]) -> None:
    """Write the files in the order of their names, all with the same time and mode.

    Raises:
        TooLargeError: over ``MOST_FILES`` or ``MOST_BYTES``; no archive is left behind.
    """
    if len(files) > MOST_FILES:
        raise TooLargeError(f"{len(files):,} files; the limit is {MOST_FILES:,}")
    coming = archive.with_suffix(".coming")
    coming.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(coming, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _PLAIN_FILE
            out.writestr(entry, files[name])
    size = coming.stat().st_size
    if size > MOST_BYTES:
        coming.unlink()
        raise TooLargeError(f"{size:,} bytes; the limit is {MOST_BYTES:,}")
    coming.replace(archive)


def digest(archive: Path) -> str:
    """SHA-256 of the archive, in hexadecimal."""
    with archive.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def unpack(archive: Path, folder: Path) -> None:
    """Unpack into a folder of its own, as the platform does."""
    with zipfile.ZipFile(archive) as source:
        source.extractall(folder)

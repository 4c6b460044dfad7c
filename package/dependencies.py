"""The locked run-time dependencies, installed for the machine of the cloud and cut to what a running app reads."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

#: The platform runs CPython 3.13 on Debian 12 or later, x86-64: glibc 2.36. Older wheels' names are asked for one by one.
_PLATFORMS: Final = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(34, 16, -1)),
    "manylinux2014_x86_64",
)
_PYTHON: Final = "3.13"

_UNREAD_SUFFIXES: Final = {
    ".pyi": "types, for checkers",
    ".typed": "a mark for checkers",
    ".c": "source of what is compiled already",
    ".h": "source of what is compiled already",
    ".pyx": "source of what is compiled already",
    ".pxd": "source of what is compiled already",
    ".pyc": "made here, without times",
}
#: pip's own notes: of the machine that built, or of files that are left out. METADATA, licences and entry points stay.
_NOTES_OF_PIP: Final = frozenset(
    {"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "top_level.txt", "direct_url.json"}
)
#: Folders below site-packages that nothing here reads, each with its reason.
_UNREAD_FOLDERS: Final = {
    "bin": "commands for a terminal",
    "holidays/locale": "names of holidays: only their days are asked for (shared/adapters/holiday_calendar.py)",
    "cffi": "builds bindings; compiled ones need only _cffi_backend",
    "pycparser": "reads C for cffi",
}
_LOCALE_DATA: Final = PurePosixPath("babel/locale-data")


def installed(requirements: Path, work: Path) -> Path:
    """A site-packages folder with exactly these pins, as wheels for the cloud's platform; at once when it is there already.

    ``work`` keeps one folder per content of ``requirements``. Needs the network when nothing is kept.

    Raises:
        subprocess.CalledProcessError: pip failed; it has said why.
    """
    name = hashlib.sha256(requirements.read_bytes() + repr(_PLATFORMS).encode()).hexdigest()[:16]
    folder = work / f"site-packages-{name}"
    if folder.is_dir():
        return folder
    coming = work / f"{folder.name}.coming"
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(parents=True)
    platforms = [word for platform in _PLATFORMS for word in ("--platform", platform)]
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-compile", "--require-hashes", "--only-binary=:all:", "--implementation", "cp", "--python-version",
        _PYTHON, *platforms, "--target", str(coming), "--requirement", str(requirements),
    ]  # fmt: skip
    subprocess.run(command, check=True)  # noqa: S603 - our own words
    coming.rename(folder)
    return folder


def files_to_ship(site_packages: Path, *, languages: frozenset[str]) -> Iterator[tuple[str, Path]]:
    """What of the folder a running app reads: path below it and file, in order.

    ``languages`` are those in which pages are written: of Babel's 1,000 others the formats of dates are not needed.
    """
    for path in sorted(site_packages.rglob("*")):
        name = path.relative_to(site_packages)
        if path.is_file() and is_read(PurePosixPath(name), languages=languages):
            yield name.as_posix(), path


def is_read(name: PurePosixPath, *, languages: frozenset[str]) -> bool:
    """Whether a running app may read this file of site-packages."""
    if name.suffix in _UNREAD_SUFFIXES or name.name == "py.typed" or "__pycache__" in name.parts:
        return False
    if name.parts[0].endswith(".dist-info"):
        return name.name not in _NOTES_OF_PIP
    if any(name.is_relative_to(folder) for folder in _UNREAD_FOLDERS):
        return False
    if name.is_relative_to(_LOCALE_DATA) and name.suffix == ".dat":
        return name.stem == "root" or name.stem in languages
    return True

"""What the deployment package holds: our own code, and of the dependencies what it reads."""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from package.archive import compiled
from package.dependencies import files_to_ship
from package.graph_names import asked_by_app
from package.graph_pruning import PACKAGE, Pruning

#: Nothing else of the checkout is deployed: a list of what is, so that nothing comes along by being forgotten.
SHIPPED: Final = ("function_app.py", "functions", "host.json", "shared")
#: What a university adds of its own, where it does: the maps of its forms (``FORMS_FILE``).
OWN: Final = ("forms",)
#: What tells this package from another one, for the service itself (shared/adapters/package_mark.py).
MARK: Final = "shared/package.mark"
_MARK_DIGITS: Final = 12
#: Where the Python worker of the platform looks for an app's packages.
SITE_PACKAGES: Final = ".python_packages/lib/site-packages"


def contents(app: Path, site_packages: Path) -> dict[str, bytes]:
    """Every file of the package: its path to its bytes.

    Our own code keeps its source beside the ``.pyc``: its lines stand in tracebacks. Libraries come as ``.pyc`` alone,
    in the place of the source: half the files, and they are bound to CPython 3.13 anyway by their compiled parts.
    """
    files: dict[str, bytes] = {}
    for name, source in _own(app):
        files[name] = source
        if name.endswith(".py"):
            files[_cached(name)] = compiled(source, name)
    for name, source in _libraries(app, site_packages):
        place = f"{SITE_PACKAGES}/{name}"
        if name.endswith(".py"):
            files[f"{place}c"] = compiled(source, f"site-packages/{name}")
        else:
            files[place] = source
    files[MARK] = mark(files).encode()
    return files


def mark(files: Mapping[str, bytes]) -> str:
    """A short digest of names and contents: the zip's own digest cannot stand in the zip."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()[:_MARK_DIGITS]


def languages(app: Path) -> frozenset[str]:
    """The languages that pages and mails are written in."""
    return frozenset(each.name for each in (app / "shared/presentation/locale").iterdir() if each.is_dir())


def _own(app: Path) -> Iterator[tuple[str, bytes]]:
    for place in (*SHIPPED, *(each for each in OWN if (app / each).is_dir())):
        root = app / place
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            name = path.relative_to(app)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
            if path.is_file() and not hidden:
                yield name.as_posix(), path.read_bytes()


def _libraries(app: Path, site_packages: Path) -> Iterator[tuple[str, bytes]]:
    for name, path in files_to_ship(site_packages, languages=languages(app)):
        if not name.startswith(f"{PACKAGE}/"):
            yield name, path.read_bytes()
    for name, text in sorted(Pruning(site_packages, asked_by_app(app)).kept().items()):
        yield name, text.encode()


def _cached(name: str) -> str:
    folder, _, file = name.rpartition("/")
    cached = f"__pycache__/{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
    return f"{folder}/{cached}" if folder else cached

"""`make package-demo`: starts the service from the unpacked zip and plays the demo against it.

The two host processes have the zip's app folder and site-packages first; only what is the platform's (the Python runtime)
or the imitation's (``local``) comes from the checkout. ``install`` refuses anything else, so that a file missing from the
package is found here and not in the cloud.
"""

import importlib.abc
import importlib.machinery
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

from package.archive import unpack

ROOT: Final = Path(__file__).resolve().parent.parent
ARCHIVE: Final = ROOT / "dist" / "reregister.zip"
UNPACKED: Final = ROOT / "dist" / "unpacked"
#: What the platform brings itself (its Python runtime), and what plays the cloud here.
_OF_THE_PLATFORM: Final = frozenset({"azure_functions_runtime", "azurefunctions", "local", "package"})
_STOP_SECONDS: Final = 20


class NotFromPackageError(ImportError):
    """Something was imported that the package does not hold."""


class OnlyFromPackage(importlib.abc.MetaPathFinder):
    """Refuses modules found below ``elsewhere`` (the checkout and its venv) that do not lie in ``package``."""

    def __init__(self, package: Path, elsewhere: Path) -> None:
        self._package = package
        self._elsewhere = elsewhere

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The usual finder's answer, or NotFromPackageError."""
        found = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if found is not None and self.is_foreign(fullname, found.origin):
            raise NotFromPackageError(f"{fullname} would come from {found.origin}, not from the package")
        return found

    def is_foreign(self, name: str, origin: str | None) -> bool:
        """Whether this module comes from where the cloud has nothing."""
        if origin is None or name.partition(".")[0] in _OF_THE_PLATFORM:
            return False
        place = Path(origin)
        return place.is_relative_to(self._elsewhere) and not place.is_relative_to(self._package)


def install() -> None:
    """What the host calls before the app is imported: the guard, then the local cloud's parts.

    Raises:
        NotFromPackageError: something is loaded already that the package does not hold.
    """
    guard = OnlyFromPackage(UNPACKED, ROOT)
    for name, module in list(sys.modules.items()):
        if guard.is_foreign(name, getattr(module, "__file__", None)) and name not in {
            "__main__",
            "_virtualenv",
        }:
            raise NotFromPackageError(f"{name} comes from {module.__file__}, not from the package")
    sys.meta_path.insert(0, guard)
    from local import parts

    parts.install()


def main() -> int:
    """Unpack, start, play, stop; the demo's exit code, or 1 when the service does not start."""
    from local.free_ports import free_ports

    if not ARCHIVE.is_file():
        print("There is no package yet: run `make package`.", file=sys.stderr)
        return 1
    shutil.rmtree(UNPACKED, ignore_errors=True)
    unpack(ARCHIVE, UNPACKED)
    environment = os.environ | {
        "REREGISTER_PORT": str(free_ports(1)[0]),
        "REREGISTER_LOCAL_PORT": str(free_ports(1)[0]),
        "REREGISTER_AZURITE_PORT": str(free_ports(3)[0]),
        "REREGISTER_DATA": "memory",
    }
    command = [sys.executable, "-m", "local", "--app", str(UNPACKED), "--inject", "package.start:install"]
    service = subprocess.Popen(  # noqa: S603 - our own words
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        if not _is_ready(service):
            print("The service did not start from the package.", file=sys.stderr)
            return 1
        print(f"READY from {UNPACKED.relative_to(ROOT)}", flush=True)
        demo = [sys.executable, "-m", "local.demo"]
        return subprocess.run(demo, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603
    finally:
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=_STOP_SECONDS)


def _is_ready(service: "subprocess.Popen[str]") -> bool:
    for line in service.stdout or ():
        if line.startswith("READY "):
            return True
        if line.startswith("["):
            print(line, end="", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())

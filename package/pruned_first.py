"""`make package-check`: a pytest plugin that runs the Graph contract with the libraries of the package.

The package is unpacked, its site-packages come first, and the run fails unless the SDK was really taken from there. That
every Graph call works on the cut SDK is what the walk in ``tests/package`` shows.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from package.archive import unpack
from package.contents import SITE_PACKAGES

ROOT: Final = Path(__file__).resolve().parent.parent
UNPACKED: Final = ROOT / "dist" / "unpacked"

shutil.rmtree(UNPACKED, ignore_errors=True)
unpack(ROOT / "dist" / "reregister.zip", UNPACKED)
sys.path.insert(0, str(UNPACKED / SITE_PACKAGES))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail when what was tested is not the package."""
    strange = [
        name
        for name, module in sys.modules.items()
        if name.split(".")[0] == "msgraph"
        and not str(getattr(module, "__file__", None) or UNPACKED).startswith(str(UNPACKED))
    ]
    if strange or "msgraph.generated.models.user" not in sys.modules:
        print(f"not from the package: {strange[:3] or 'the SDK was not used'}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

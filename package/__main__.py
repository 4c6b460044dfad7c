"""`make package`: builds dist/reregister.zip and says how large it is. See docs/packaging.md."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from package.archive import MOST_BYTES, MOST_FILES, TooLargeError, digest, write
from package.contents import MARK, contents
from package.dependencies import installed
from package.graph_trees import NewShapeError

ROOT: Final = Path(__file__).resolve().parent.parent
ARCHIVE: Final = ROOT / "dist" / "reregister.zip"
WORK: Final = ROOT / "dist" / "kept"


def main() -> int:
    """Build; 0 when the package is there, 1 when it could not be made or is too large."""
    if sys.version_info[:2] != (3, 13):
        print(
            "The package is compiled by the Python that runs it: 3.13. Run `make setup` first.",
            file=sys.stderr,
        )
        return 1
    began = time.monotonic()
    try:
        site_packages = installed(ROOT / "requirements.txt", WORK)
        files = contents(ROOT, site_packages)
        write(ARCHIVE, files)
    except subprocess.CalledProcessError as error:
        print(f"pip ended with {error.returncode}: the dependencies are not there.", file=sys.stderr)
        return 1
    except (TooLargeError, NewShapeError) as error:
        print(f"No package was made: {error}", file=sys.stderr)
        return 1
    size = ARCHIVE.stat().st_size
    print(
        f"{ARCHIVE.relative_to(ROOT)}: {size:,} bytes of at most {MOST_BYTES:,}, "
        f"{len(files):,} files of at most {MOST_FILES:,}, {time.monotonic() - began:.0f} s\n"
        f"sha256 {digest(ARCHIVE)}\n"
        f"mark {files[MARK].decode()}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

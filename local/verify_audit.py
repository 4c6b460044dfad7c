"""Verifies the audit trail of the local run: the auditor's command against its Azurite (``make verify-audit``)."""

import os
import sys
import tempfile
from pathlib import Path

from local.configuration import from_environment
from shared.bootstrap.audit import main


def run(arguments: list[str]) -> int:
    """Give the command the local storage, unless the environment names another one already."""
    configuration = from_environment(os.environ, scratch=Path(tempfile.gettempdir()))
    named = [name for name in os.environ if name.startswith(("RecordsStorage", "PhotosStorage"))]
    if not named:
        os.environ.update({"RecordsStorage": configuration.storage, "PhotosStorage": configuration.storage})
    return main(arguments)


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))

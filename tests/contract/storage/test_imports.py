"""Importing an adapter loads no heavy library: each comes with its first use, so that the web starts fast."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
_ADAPTERS = [
    "blob_photos",
    "holiday_calendar",
    "id_tokens",
    "msal_sign_in",
    "pillow_photos",
    "queue_hints",
    "sealed_pass",
    "sessions",
    "signed_links",
    "staff_tokens",
    "storage",
    "storage_errors",
    "system",
    "tables_accesses",
    "tables_applications",
    "tables_due",
    "tables_inbox",
    "tables_locks",
    "tables_open_cases",
    "tables_poison",
    "tables_sent_mails",
]
_HEAVY = ("azure", "aiohttp", "PIL", "msal", "jwt", "requests", "holidays", "cryptography")


def test_adapters_load_their_libraries_at_first_use() -> None:
    script = (
        "import importlib, sys\n"
        f"for name in {_ADAPTERS!r}: importlib.import_module('shared.adapters.' + name)\n"
        f"print(*(name for name in {_HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []

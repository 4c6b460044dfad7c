"""Writes local.settings.json, with which Azure Functions Core Tools run one role against the local cloud."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.configuration import from_environment, web_environment, worker_environment


def write(environment: Mapping[str, str], *, role: str, folder: Path) -> Path:
    """Write the settings of `role` (web or worker) into `folder`; answers the file's path.

    A small `sitecustomize` on PYTHONPATH gives the Python worker of Core Tools the local parts, as the local
    host does with `--inject`.
    """
    configuration = from_environment(environment, scratch=Path(tempfile.gettempdir()))
    settings = web_environment(configuration) if role == "web" else worker_environment(configuration)
    if configuration.data is None:
        # Without a folder of its own a run's clock file has no lasting place: Core Tools go by real time.
        settings.pop("REREGISTER_CLOCK_FILE")
    values = settings | {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "PYTHONPATH": f"{folder / 'local' / 'coretools'}:{folder}",
        "REREGISTER_INJECT": "local.parts:install",
    }
    document = {
        "IsEncrypted": False,
        "Values": values,
        "Host": {"LocalHttpPort": configuration.port if role == "web" else configuration.local_port + 1},
    }
    path = folder / "local.settings.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path

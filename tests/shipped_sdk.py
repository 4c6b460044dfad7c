"""The Graph SDK as it ships: cut down to what the adapters use (``docs/packaging.md``). The hosts of tests run on it.

So the journeys play on what is deployed, and a worker does not import 700 classes at each call of Graph.
"""

import sys
from pathlib import Path

from package.graph_names import asked_by_app
from package.graph_pruning import Pruning
from tests.fitness.source import ROOT


def whole_sdk() -> Path:
    """The folder of libraries that holds the SDK as it comes."""
    return next(Path(sys.prefix).glob("lib/python3*/site-packages"))


def put_shipped_sdk(folder: Path) -> Path:
    """Write the SDK as it ships into a folder, which must come first in the path of whoever is to take it."""
    for name, text in Pruning(whole_sdk(), asked_by_app(ROOT)).kept().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder

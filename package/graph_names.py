"""Which words of the Graph SDK this service uses: read from its own code, so no list must be kept up by hand."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_SPEAKS_OF_GRAPH: Final = re.compile(r"\b(msgraph|kiota_abstractions|GraphConnection)\b")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What code asks of the SDK: ``modules`` it imports by their full name, and ``names`` of attributes it may touch.

    ``names`` holds every attribute, keyword and string that could be a name: too many rather than too few.
    """

    modules: frozenset[str] = field(default_factory=frozenset)
    names: frozenset[str] = field(default_factory=frozenset)


def asked_by(sources: Iterable[str]) -> Asked:
    """Read Python sources; ``getattr`` with a string counts as the attribute."""
    modules: set[str] = set()
    names: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                    names.add(name)
                case ast.Constant(value=str(text)) if text.isidentifier():
                    names.add(text)
                case ast.ImportFrom(module=str(module), level=0) if module.split(".")[0] == "msgraph":
                    modules |= {module, *(f"{module}.{each.name}" for each in node.names)}
                case ast.Import():
                    modules |= {each.name for each in node.names if each.name.split(".")[0] == "msgraph"}
                case _:
                    pass
    return Asked(modules=frozenset(modules), names=frozenset(names))


def graph_code(app: Path) -> list[Path]:
    """The adapters in ``app`` that speak of Graph: those whose words count. Nobody else touches what Graph answers."""
    return [
        path
        for path in sorted((app / "shared/adapters").rglob("*.py"))
        if _SPEAKS_OF_GRAPH.search(path.read_text("utf-8"))
    ]


def asked_by_app(app: Path) -> Asked:
    """What the code in the folder ``app`` asks of the SDK."""
    return asked_by(path.read_text("utf-8") for path in graph_code(app))

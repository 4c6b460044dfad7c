"""Cuts the Graph SDK (msgraph-sdk: 17,000 modules, 200 MB) down to what this service uses of it.

Starting from the client and from what our own code imports, each module is cut (``graph_trees``) to the names that our
code uses (``graph_names``); what is still imported afterwards is needed too, and so on to the end. The rest is left
out. So a new call in an adapter brings what it needs by itself, and a call that nobody makes has no code here.

For every attribute that our code may touch the outcome is the same as with the whole SDK. What is different: an
object of a subclass none of whose properties we use is an object of its base class (its ``odata_type`` is still the
answer's), and a property that we do not use stays ``None`` and lies unread in ``additional_data``.
"""

import ast
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from package.graph_names import Asked
from package.graph_trees import DESERIALIZERS, Cut, NewShapeError, cut, fields_of, functions, names_in

PACKAGE: Final = "msgraph"
#: Every class has these: they tell no subclass apart.
_OF_EVERY_MODEL: Final = frozenset({"odata_type", "additional_data", "backing_store"})
_HEADER: Final = (
    "# Cut down for this service by package/graph_pruning.py from the file of the same name in msgraph-sdk.\n"
)


@dataclass(frozen=True)
class _Module:
    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text("utf-8"))

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @cached_property
    def is_model(self) -> bool:
        """Most lie in ``generated/models``, answers of actions beside their builders."""
        return any(each.name == DESERIALIZERS for each in functions(self.tree))


@dataclass
class Pruning:
    """The SDK in the folder ``site_packages``, cut to what is ``asked``."""

    site_packages: Path
    asked: Asked
    _modules: dict[str, _Module | None] = field(default_factory=dict)

    def kept(self) -> dict[str, str]:
        """The modules to ship: path below site-packages to source text.

        Raises:
            NewShapeError: a module has a shape that the rules do not know.
        """
        outcome: dict[_Module, ast.Module] = {}
        parsed: set[_Module] = set()
        pending = [each for name in sorted({PACKAGE, *self.asked.modules}) if (each := self._module(name))]
        while pending:
            module = pending.pop()
            outcome[module] = self._cut(module, told_apart=module in parsed)
            for needed, read_from_answers in self._needs(module, outcome[module]):
                if needed not in outcome or (read_from_answers and needed not in parsed):
                    pending.append(needed)
                    parsed |= {needed} if read_from_answers else set()
        return {self._place(module): self._text(module, tree) for module, tree in outcome.items()}

    def _cut(self, module: _Module, *, told_apart: bool) -> ast.Module:
        """``told_apart``: answers are read as this class, so which subclass it is may matter."""
        if not module.name.startswith(f"{PACKAGE}.generated.") and not module.name.endswith("_client"):
            return module.tree
        return cut(
            module.tree,
            Cut(
                names=self.asked.names,
                is_model=module.is_model,
                keep_subclass=lambda found: told_apart and self._adds_something(module, found),
            ),
        )

    def _adds_something(self, base: _Module, found: ast.ImportFrom) -> bool:
        """Whether the subclass that is imported has a property of its own, down from ``base``, that is used."""
        own: set[str] = set()
        pending = self._imported(base, found)
        while pending:
            module = pending.pop()
            if module != base:
                own |= fields_of(module.tree)
                pending += self._bases(module)
        return bool((own - _OF_EVERY_MODEL) & set(self.asked.names))

    def _bases(self, module: _Module) -> list[_Module]:
        above = [each for each in module.tree.body if isinstance(each, ast.ImportFrom)]
        return [found for each in above for found in self._imported(module, each) if found.is_model]

    def _needs(self, module: _Module, tree: ast.Module) -> list[tuple[_Module, bool]]:
        """Modules that the cut tree imports; with each, whether answers are read as its class."""
        read_here = {
            name
            for function in functions(tree)
            if not module.is_model or function.name == DESERIALIZERS
            for name in names_in(function.body)
        }
        return [
            (found, found.is_model and any(alias.name in read_here for alias in node.names))
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for found in self._imported(module, node)
        ]

    def _imported(self, module: _Module, node: ast.ImportFrom) -> list[_Module]:
        name = _absolute(module, node)
        if name.split(".")[0] != PACKAGE:
            return []
        found = [
            each
            for candidate in (name, *(f"{name}.{alias.name}" for alias in node.names))
            if (each := self._module(candidate))
        ]
        if not found:
            raise NewShapeError(f"{module.name} imports {name}, which is not there")
        return found

    def _module(self, name: str) -> _Module | None:
        if name not in self._modules:
            base = self.site_packages.joinpath(*name.split("."))
            paths = [base.with_name(f"{base.name}.py"), base / "__init__.py"]
            self._modules[name] = next((_Module(name, path) for path in paths if path.is_file()), None)
        return self._modules[name]

    def _place(self, module: _Module) -> str:
        return module.path.relative_to(self.site_packages).as_posix()

    def _text(self, module: _Module, tree: ast.Module) -> str:
        if tree is module.tree:
            return module.path.read_text("utf-8")
        return _HEADER + ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _absolute(module: _Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    kept = len(parts) - node.level + (1 if module.is_package else 0)
    return ".".join([*parts[:kept], *([node.module] if node.module else [])])

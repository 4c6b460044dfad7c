"""Small faults put into the services on purpose: for each invariant at least one that it must catch.

A mutant is a piece of a function's text that is replaced by another one. The function's code is exchanged where it is, so that
everybody who imported it meets the mutant; nothing is written to the disk.
"""

import __future__

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault.

    Attributes:
        name: What is wrong with it.
        where: Module and qualified name of the function.
        old: Text that is replaced.
        new: What it is replaced by.
        caught_by: Invariants that are there for it; any of them counts.
        within: Schedules within which it must be caught.
    """

    name: str
    where: str
    old: str
    new: str
    caught_by: tuple[str, ...]
    within: int = 4000


def mutant(name: str, where: str, old: str, new: str, *caught_by: str, within: int = 4000) -> Mutant:
    """A mutant, written down in one line."""
    return Mutant(name, where, old, new, caught_by, within)


def _function(where: str) -> FunctionType:
    module, _, name = where.partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    found = inspect.unwrap(found)
    if not isinstance(found, FunctionType):
        raise TypeError(where)
    return found


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """The world with this fault in it."""
    function = _function(mutant.where)
    before = function.__code__
    function.__code__ = _code_of(function, mutant)
    try:
        yield
    finally:
        function.__code__ = before


def _code_of(function: FunctionType, mutant: Mutant) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(mutant.old) != 1:
        message = f"{mutant.name}: the text is there {source.count(mutant.old)} times"
        raise ValueError(message)
    tree = ast.parse(source.replace(mutant.old, mutant.new))
    (made,) = tree.body
    if isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef):
        made.decorator_list = []
    flags = function.__code__.co_flags & __future__.annotations.compiler_flag
    space: dict[str, Any] = dict(function.__globals__)
    exec(compile(tree, f"<mutant of {mutant.where}>", "exec", flags=flags), space)  # our own text
    changed: Callable[..., object] = space[function.__name__]
    code: CodeType = changed.__code__
    return code

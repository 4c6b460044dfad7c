"""How one generated module of the Graph SDK is cut down: on its syntax tree, by rules, never by hand.

Kiota generates three kinds of classes. A *request builder* has one function per further step of an address and one per
verb. A *model* has ``create_from_discriminator_value``, which imports one subclass per ``@odata.type``, and
``get_field_deserializers``, which imports the class of every property, and for a base class those of all its
descendants (``Entity``: some 700 modules at each call). An *enumeration* has neither.
https://learn.microsoft.com/openapi/kiota/models
"""

import ast
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

DISCRIMINATOR: Final = "create_from_discriminator_value"
DESERIALIZERS: Final = "get_field_deserializers"
_REQUEST: Final = re.compile(r"to_(?P<verb>[a-z]+)_request_information$")

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Keep = Callable[[ast.ImportFrom], bool]


@dataclass(frozen=True, kw_only=True)
class Cut:
    """How to cut: ``names`` that the service uses; whether a subclass behind an import is to be told apart."""

    names: Collection[str]
    is_model: bool
    keep_subclass: Keep


def cut(tree: ast.Module, how: Cut) -> ast.Module:
    """A copy of the module without what ``how`` does not keep, nor the imports that only that needed."""
    body = [statement for statement in tree.body if not _for_type_checkers(statement)]
    return ast.Module(
        body=[_cut_class(each, how) if isinstance(each, ast.ClassDef) else each for each in body],
        type_ignores=[],
    )


def fields_of(tree: ast.Module) -> set[str]:
    """Names of the properties that the classes of a module declare themselves."""
    return {
        item.target.id
        for each in tree.body
        if isinstance(each, ast.ClassDef)
        for item in each.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }


def functions(tree: ast.Module) -> list[Function]:
    """The functions of the classes of a module."""
    return [
        item
        for each in tree.body
        if isinstance(each, ast.ClassDef)
        for item in each.body
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _for_type_checkers(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If)
        and isinstance(statement.test, ast.Name)
        and (statement.test.id == "TYPE_CHECKING")
    )


def _cut_class(found: ast.ClassDef, how: Cut) -> ast.ClassDef:
    body: list[ast.stmt] = []
    for item in found.body:
        if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            body.append(item)
        elif how.is_model:
            body.append(_without_unused_imports(_cut_model_function(item, how)))
        elif _step_is_used(item.name, how.names):
            body.append(_without_unused_imports(item))
    return _with(found, body)


def _step_is_used(name: str, names: Collection[str]) -> bool:
    request = _REQUEST.match(name)
    wanted = request["verb"] if request else name
    return wanted in names or wanted == "with_url" or wanted.startswith("__")


def _cut_model_function(function: Function, how: Cut) -> Function:
    if function.name == DISCRIMINATOR:
        return _with(function, [each for each in function.body if not _is_unused_branch(each, how)])
    if function.name == DESERIALIZERS:
        classes = {alias.asname or alias.name for each in _imports(function.body) for alias in each.names}
        return _with(function, [_cut_fields(each, classes, how.names) for each in function.body])
    return function


def _is_unused_branch(statement: ast.stmt, how: Cut) -> bool:
    """``if mapping_value … == "#microsoft.graph.x": from .x import X; return X()`` for an X that nobody tells apart."""
    if not isinstance(statement, ast.If):
        return False
    subclasses = _imports(statement.body)
    return bool(subclasses) and not any(how.keep_subclass(each) for each in subclasses)


def _cut_fields(statement: ast.stmt, classes: set[str], names: Collection[str]) -> ast.stmt:
    """``fields = {"x": lambda n: setattr(self, 'x', n.get_object_value(X))}`` without unused properties of other classes.

    Plain properties all stay: they import nothing.
    """
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.value, ast.Dict):
        return statement
    kept = [
        (key, value)
        for key, value in zip(statement.value.keys, statement.value.values, strict=True)
        if not names_in([value]) & classes or _property_set_by(value) in names
    ]
    fields = ast.Dict(keys=[key for key, _ in kept], values=[value for _, value in kept])
    return ast.AnnAssign(
        target=statement.target, annotation=statement.annotation, value=fields, simple=statement.simple
    )


def _property_set_by(value: ast.expr) -> str:
    match value:
        case ast.Lambda(body=ast.Call(args=[_, ast.Constant(value=str(name)), _])):
            return name
        case _:
            raise NewShapeError(f"a field is set in a way that is not known: {ast.unparse(value)}")


def _without_unused_imports(function: Function) -> Function:
    used = names_in(function.body)
    return _with(function, _kept(function.body, used))


def _kept(body: list[ast.stmt], used: set[str]) -> list[ast.stmt]:
    """Statements without imports that bind no used name; of imports said twice, one."""
    kept: list[ast.stmt] = []
    said: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.ImportFrom):
            text = ast.unparse(statement)
            if text in said or not any((each.asname or each.name) in used for each in statement.names):
                continue
            said.add(text)
        kept.append(statement)
    return kept


def names_in(nodes: Collection[ast.AST]) -> set[str]:
    """The names that a piece of code reads."""
    return {
        node.id
        for root in nodes
        for node in ast.walk(root)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _imports(body: list[ast.stmt]) -> list[ast.ImportFrom]:
    return [each for each in body if isinstance(each, ast.ImportFrom)]


def _with[T: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef](node: T, body: list[ast.stmt]) -> T:
    copy = type(node)(**{name: getattr(node, name) for name in node._fields})
    copy.body = body
    copy.lineno = node.lineno
    copy.col_offset = node.col_offset
    return copy


class NewShapeError(ValueError):
    """The SDK is generated in a way that the rules here do not know: look before shipping it."""

"""Read the templates of infra/: their tree by pycep-parser, and the names in them by a scanner of our own.

pycep's tree gives a name and a quoted text of the same letters as the same thing; so what is referenced is read from the text.
https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pycep import BicepParser


class Token(NamedTuple):
    """A word, a text, a sign or the end of a line, and the line on which it stands."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Template:
    """One file."""

    name: str
    text: str
    tree: dict[str, Any]
    tokens: list[Token]
    problem: str = ""

    def declared(self, kind: str) -> dict[str, dict[str, Any]]:
        """What is declared in it: ``parameters``, ``variables``, ``resources``, ``modules`` or ``outputs``."""
        found: dict[str, dict[str, Any]] = self.tree.get(kind, {})
        return found

    def described(self, kind: str, name: str) -> str:
        """The description that stands above a declaration; empty if none does."""
        for each in self.declared(kind)[name].get("decorators", []):
            if each["type"] == "description":
                return str(each.get("argument", ""))
        return ""


@dataclass(frozen=True)
class Estate:
    """All templates and parameter files of a folder, by their path in it."""

    folder: Path
    templates: dict[str, Template] = field(default_factory=dict)
    parameters: dict[str, Template] = field(default_factory=dict)


class BrokenTemplateError(Exception):
    """A text that is not closed."""


_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+")
_SIGN = re.compile(r"\.\?|::|=>|==|!=|=~|!~|<=|>=|&&|\|\||\?\?|[^\s\w]")


def scan(text: str, line: int = 1) -> Iterator[Token]:
    """The tokens of a text; what stands in ``${…}`` follows its text as tokens of its own.

    Raises:
        BrokenTemplateError: a quoted text has no end.
    """
    at = 0
    while at < len(text):
        here = text[at]
        if here == "\n":
            yield Token("end", "\n", line)
            line, at = line + 1, at + 1
        elif here.isspace():
            at += 1
        elif text.startswith("//", at):
            at = (text.find("\n", at) + 1 or len(text) + 1) - 1
        elif text.startswith("/*", at):
            end = text.find("*/", at) + 2
            line, at = line + text.count("\n", at, end), end
        elif text.startswith("'''", at):
            end = text.find("'''", at + 3) + 3
            yield Token("text", text[at + 3 : end - 3], line)
            line, at = line + text.count("\n", at, end), end
        elif here == "'":
            plain, inner, at = _quoted(text, at + 1)
            yield Token("text", plain, line)
            for each in inner:
                yield Token("sign", "${", line)
                yield from scan(each, line)
                yield Token("sign", "}", line)
        else:
            match = _WORD.match(text, at) or _NUMBER.match(text, at) or _SIGN.match(text, at)
            if match is None:  # never: the last pattern takes whatever the others do not
                raise BrokenTemplateError(here)
            kind = "word" if _WORD.fullmatch(match[0]) else "number" if match[0].isdigit() else "sign"
            yield Token(kind, match[0], line)
            at = match.end()


def _quoted(text: str, at: int) -> tuple[str, list[str], int]:
    """A quoted text that begins at ``at``: itself with holes, what fills the holes, and where it ends."""
    plain, inner = "", []
    while at < len(text) and text[at] not in "'\n":
        if text[at] == "\\":
            plain, at = plain + text[at : at + 2], at + 2
        elif text.startswith("${", at):
            end = _closing(text, at + 2)
            inner.append(text[at + 2 : end])
            plain, at = plain + "${}", end + 1
        else:
            plain, at = plain + text[at], at + 1
    if at >= len(text) or text[at] != "'":
        raise BrokenTemplateError("a quoted text has no end")
    return plain, inner, at + 1


def _closing(text: str, at: int) -> int:
    """Where the brace closes that was opened before ``at``, past quoted texts."""
    depth = 1
    while at < len(text):
        if text[at] == "'":
            at = _quoted(text, at + 1)[2]
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    raise BrokenTemplateError("a brace in a text has no end")


def read(folder: Path) -> Estate:
    """Every template and parameter file of a folder; one that cannot be parsed has its ``problem``."""
    estate = Estate(folder)
    for path in sorted(folder.rglob("*.bicep")):
        name = path.relative_to(folder).as_posix()
        estate.templates[name] = parse(name, path.read_text("utf-8"))
    for path in sorted(folder.rglob("*.bicepparam")):
        name = path.relative_to(folder).as_posix()
        # The parser knows no parameter files: their values read like variables.
        text = re.sub(r"^using '[^']*'", "", path.read_text("utf-8"), flags=re.MULTILINE)
        estate.parameters[name] = parse(
            name, re.sub(r"^param (\w+) =", r"var \1 =", text, flags=re.MULTILINE)
        )
    return estate


@cache
def parse(name: str, text: str) -> Template:
    """Parse one text."""
    try:
        tokens = list(scan(text))
        tree = _parser().parse(text=text)
    except Exception as error:  # noqa: BLE001 - the parser raises what its libraries raise
        lines = str(error).strip().splitlines()
        return Template(name, text, {}, [], problem=lines[0] if lines else type(error).__name__)
    return Template(name, text, dict(tree), tokens)


@cache
def _parser() -> BicepParser:
    return BicepParser()


def values(node: Any, key: str) -> Iterator[Any]:  # noqa: ANN401 - a tree of plain values
    """Whatever stands under this key, anywhere in a tree."""
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        for each in node.values():
            yield from values(each, key)
    elif isinstance(node, list):
        for each in node:
            yield from values(each, key)


def body(resource: dict[str, Any]) -> dict[str, Any]:
    """What a resource or module is made of, within its loop or condition."""
    found = resource.get("config", {})
    while isinstance(found, dict) and "config" in found:
        found = found["config"]
    return found if isinstance(found, dict) else {}


_DECLARING = frozenset(
    ("targetScope", "extension", "param", "var", "output", "resource", "module", "metadata")
)
_OPENING, _CLOSING_SIGNS = frozenset(("{", "[", "(", "${")), frozenset(("}", "]", ")"))


def spoken(text: str) -> str:
    """An expression in one spelling: without comments, line ends and spaces that mean nothing."""
    return _one_spelling(list(scan(text)))


def said(template: Template, declaration: str, path: str = "") -> list[str]:
    """What a declaration, such as ``module web``, says of a key, each time that it does, in one spelling.

    The first key of a dotted path stands anywhere, each further one directly in the braces of the one before. Without a path:
    all that follows the ``=``. With the path ``=``: that, up to the first brace (a condition, a loop).
    """
    found = [_declared(template.tokens, declaration)]
    if path == "=":
        return [_one_spelling(each[: _first_brace(each)]) for each in found if each]
    for place, key in enumerate(filter(None, path.split("."))):
        found = [inner for each in found for inner in _under(each, key, directly=place > 0)]
    return [_one_spelling(each) for each in found if each]


def _one_spelling(tokens: list[Token]) -> str:
    return " ".join(
        f"'{each.text}'" if each.kind == "text" else each.text for each in tokens if each.kind != "end"
    )


def _depths(tokens: list[Token]) -> Iterator[tuple[int, int, Token]]:
    """Place, depth before it, and each token."""
    depth = 0
    for at, token in enumerate(tokens):
        if token.kind == "sign" and token.text in _CLOSING_SIGNS:
            depth -= 1
        yield at, depth, token
        if token.kind == "sign" and token.text in _OPENING:
            depth += 1


def _declared(tokens: list[Token], declaration: str) -> list[Token]:
    kind, name = declaration.split()
    begun, equals = False, 0
    for at, depth, token in _depths(tokens):
        if depth or token.kind == "end":
            continue
        if begun and (token.text == "@" or token.text in _DECLARING) and tokens[at - 1].kind == "end":
            return tokens[equals + 1 : at]
        if not begun and token.text == kind and at + 1 < len(tokens) and tokens[at + 1].text == name:
            begun = True
        elif begun and not equals and token.text == "=":
            equals = at
    return tokens[equals + 1 :] if begun else []


def _first_brace(tokens: list[Token]) -> int:
    return next(
        (at for at, each in enumerate(tokens) if each.kind == "sign" and each.text == "{"), len(tokens)
    )


def _under(tokens: list[Token], key: str, *, directly: bool) -> Iterator[list[Token]]:
    for at, inside, token in _depths(tokens[:-1]):
        before = tokens[at - 1].text if at else "\n"
        if (
            token.kind != "word"
            or token.text != key
            or tokens[at + 1].text != ":"
            or before not in {"\n", "{", ","}
            or (directly and inside != 1)
        ):
            continue
        rest = tokens[at + 2 :]
        end = next(
            (
                place
                for place, depth, each in _depths(rest)
                if depth < 0 or (not depth and each.text in {"\n", ","})
            ),
            len(rest),
        )
        yield rest[:end]

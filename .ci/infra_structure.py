"""What a compiler would find in the templates, as far as it can be seen without one: names, modules, parameters, descriptions."""

import re
from collections import Counter
from collections.abc import Iterator

from bicep_files import Estate, Template, Token, body

MAIN = "main.bicep"
ENVIRONMENTS = ("dev", "test", "prod")

_LANGUAGE = """
targetScope extension param var output resource module existing metadata if for in true false null
string int bool object array
"""
_CALLED = """
concat contains empty filter guid length map range replace resourceGroup split subscriptionResourceId tenant toLower toObject
trim union uniqueString readEnvironmentVariable description allowed minValue maxValue minLength maxLength secure
"""
_WORDS_OF_THE_LANGUAGE = frozenset(_LANGUAGE.split())
_FUNCTIONS = frozenset(_CALLED.split())


def faults(estate: Estate) -> Iterator[str]:
    """Every fault of structure, with its file."""
    for name, each in {**estate.templates, **estate.parameters}.items():
        if each.problem:
            yield f"{name}: cannot be parsed: {each.problem}"
    if MAIN not in estate.templates:
        yield f"{MAIN} is missing"
    for name, each in estate.templates.items():
        for fault in [*_symbols(each), *_descriptions(each), *_modules(estate, each)]:
            yield f"{name}: {fault}"
    yield from _reached(estate)
    yield from _parameter_files(estate)


def _symbols(template: Template) -> Iterator[str]:
    tokens = [each for each in template.tokens if each.kind != "end"]
    declared = {
        name
        for kind in ("parameters", "variables", "resources", "modules")
        for name in template.declared(kind)
    }
    local = _locals(tokens)
    used: Counter[str] = Counter()
    for token, is_function in _references(template.tokens):
        name = token.text
        if is_function:
            if name not in _FUNCTIONS:
                yield f"line {token.line}: {name}() is no function that this check knows"
        elif name in declared:
            used[name] += 1
        elif name not in local:
            yield f"line {token.line}: {name} is not defined"
    optional = {"parameters", "variables"}
    for kind in ("parameters", "variables", "resources"):
        for name, each in template.declared(kind).items():
            if (kind in optional or each.get("existing")) and not used[name]:
                yield f"{name} is not used"


def _locals(tokens: list[Token]) -> set[str]:
    """Names that a loop or a lambda makes."""
    found: set[str] = set()
    for at, token in enumerate(tokens):
        if token.text == "for" and token.kind == "word":
            for each in tokens[at + 1 :]:
                if each.text == "in":
                    break
                found |= {each.text} if each.kind == "word" else set()
        if token.text == "=>":
            found.add(tokens[at - 1].text)
    return found


def _references(tokens: list[Token]) -> Iterator[tuple[Token, bool]]:
    """Every word that names something, and whether it is called as a function."""
    for at, token in enumerate(tokens):
        if token.kind != "word" or token.text in _WORDS_OF_THE_LANGUAGE:
            continue
        before = tokens[at - 1].text if at else "\n"
        after = tokens[at + 1].text if at + 1 < len(tokens) else "\n"
        if before in {
            ".",
            ".?",
            "::",
            "param",
            "var",
            "output",
            "resource",
            "module",
            "metadata",
            "extension",
        }:
            continue
        if after == ":" and before in {"\n", "{", ","}:
            continue  # the key of an object
        yield token, after == "("


def _descriptions(template: Template) -> Iterator[str]:
    for kind in ("parameters", "outputs"):
        for name in template.declared(kind):
            if len(template.described(kind, name)) < len("Region."):
                yield f"{name} has no description"


def _modules(estate: Estate, template: Template) -> Iterator[str]:
    for name, module in template.declared("modules").items():
        target = estate.templates.get(module["detail"]["path"])
        if target is None:
            yield f"module {name}: there is no {module['detail']['path']}"
            continue
        given = set(body(module).get("params", {}))
        taken = target.declared("parameters")
        required = {each for each, spec in taken.items() if spec.get("default") is None}
        yield from (f"module {name}: {each} is not given" for each in sorted(required - given))
        yield from (f"module {name}: {each} is no parameter of it" for each in sorted(given - set(taken)))
        for output in re.findall(rf"\b{name}\.outputs\.(\w+)", template.text):
            if output not in target.declared("outputs"):
                yield f"module {name}: {output} is no output of it"
    asked = {(m, o) for m, o in re.findall(r"\b(\w+)\.outputs\.(\w+)", template.text)}
    yield from (f"{m} is no module" for m, _ in sorted(asked) if m not in template.declared("modules"))


def _reached(estate: Estate) -> Iterator[str]:
    """Every file is reached from the first one, and every output of a module is read by somebody."""
    waiting, seen = [MAIN], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in estate.templates:
            continue
        seen.add(name)
        waiting += [each["detail"]["path"] for each in estate.templates[name].declared("modules").values()]
    yield from (f"{name}: no module leads to it" for name in sorted(set(estate.templates) - seen))
    read = {
        (module["detail"]["path"], output)
        for each in estate.templates.values()
        for name, module in each.declared("modules").items()
        for output in re.findall(rf"\b{name}\.outputs\.(\w+)", each.text)
    }
    for name, each in estate.templates.items():
        if name != MAIN:
            yield from (
                f"{name}: nobody reads output {o}" for o in each.declared("outputs") if (name, o) not in read
            )


def _parameter_files(estate: Estate) -> Iterator[str]:
    if MAIN not in estate.templates:
        return
    taken = estate.templates[MAIN].declared("parameters")
    required = {each for each, spec in taken.items() if spec.get("default") is None}
    for environment in ENVIRONMENTS:
        name = f"{environment}.bicepparam"
        if name not in estate.parameters:
            yield f"{name} is missing"
            continue
        given = estate.parameters[name].declared("variables")
        yield from (f"{name}: {each} is not given" for each in sorted(required - set(given)))
        yield from (f"{name}: {each} is no parameter of {MAIN}" for each in sorted(set(given) - set(taken)))
        stands_for = given.get("environmentName", {}).get("value")
        if stands_for != environment:
            yield f"{name}: it says that it is {stands_for}"

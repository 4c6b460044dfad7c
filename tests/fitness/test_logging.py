"""No personal datum in a log line: what may be logged is a closed list, read from the code.

The journeys look at what is really written; this test stops a name or an address at the place where it would be written.
"""

import ast

from shared import ports
from tests.fitness.source import SHIPPED, calls, dotted, named, python_files, tree

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
ARGUMENTS = {
    "trace",  # random, the same as on the page
    "type(error).__name__",
    "frames(error)",  # files and lines
    "code.value",  # of the checks of an environment, a closed list
    "fault",  # of FORMS_FILE: what the university itself wrote there
    "error",  # only where its text is a word of a closed list, see below
}
MAY_SAY_ERROR = {
    "shared/bootstrap/visitors.py",  # SignInRefusedError: words of closed lists
    "shared/bootstrap/cards.py",  # CardRefusedError: the same
}
COMMANDS = {f"shared/bootstrap/{name}.py" for name in ("command", "audit", "doctor", "restore")}
"""What a person runs by hand: its output is what it is for. It says ids, numbers and codes."""
FIXED_WORDS = {
    "what",  # fixed words for the call
    "_CREATE",
    "type(error).__name__",
    "error",  # an error whose text was made in the same way
    "status",
    "code",  # the service's own code
    "request or 'without id'",
}
EXTRA = {"application": {"application", "name"}}
"""Identifiers that may go along, and the variables that hold them."""
OTHER = {"exc_info", "extra"}


def log_calls() -> list[tuple[str, ast.Call]]:
    return [
        (named(path), call)
        for path in python_files(*SHIPPED)
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in LEVELS
        and dotted(call.func.value) in {"_LOG", "log", "logger", "logging", "_log"}
    ]


def test_there_are_log_calls_to_look_at() -> None:
    assert len(log_calls()) >= 4


def test_a_log_line_is_a_fixed_sentence() -> None:
    """No f-string, no concatenation: a value can only come in as an argument."""
    for place, call in log_calls():
        first = call.args[0]
        assert isinstance(first, ast.Constant), f"{place}:{call.lineno}"
        assert isinstance(first.value, str), f"{place}:{call.lineno}"


def test_only_harmless_values_are_logged() -> None:
    for place, call in log_calls():
        for value in call.args[1:]:
            assert dotted(value) in ARGUMENTS, f"{place}:{call.lineno} logs {dotted(value)}"
            assert dotted(value) != "error" or place in MAY_SAY_ERROR, f"{place}:{call.lineno}"


def test_only_identifiers_go_along() -> None:
    for place, call in log_calls():
        given = {str(each.arg): each.value for each in call.keywords}
        assert set(given) <= OTHER, f"{place}:{call.lineno}"
        extra = given.get("extra", ast.Dict([], []))
        assert isinstance(extra, ast.Dict), f"{place}:{call.lineno}"
        for key, value in zip(extra.keys, extra.values, strict=True):
            assert isinstance(key, ast.Constant), f"{place}:{call.lineno}"
            assert dotted(value) in EXTRA[str(key.value)], f"{place}:{call.lineno} logs {dotted(value)}"


def test_nothing_else_writes() -> None:
    for path in python_files(*SHIPPED):
        if named(path) in COMMANDS:
            continue
        for call in calls(path):
            assert dotted(call.func) not in {
                "print",
                "sys.stdout.write",
                "sys.stderr.write",
                "warnings.warn",
            }, f"{named(path)}:{call.lineno}"


def test_loggers_are_the_module_s_own() -> None:
    """Only ``shared/logs.py`` names others, to quiet them."""
    for path in python_files(*SHIPPED):
        if named(path) == "shared/logs.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and dotted(node.func) == "logging.getLogger":
                assert [dotted(each) for each in node.args] == ["__name__"], named(path)


PORT_ERRORS = {
    name for name, each in vars(ports).items() if isinstance(each, type) and issubclass(each, ports.PortError)
} | {"GraphRefusedError", "GraphUnknownOutcomeError"}


def placeholders(node: ast.AST) -> set[str]:
    """What the f-strings within put in."""
    return {dotted(each.value) for each in ast.walk(node) if isinstance(each, ast.FormattedValue)}


def test_the_text_of_a_port_s_error_is_made_of_fixed_words() -> None:
    """No line of ours says it; the host's own would, of one that leaves a queue or timer function."""
    seen = 0
    for path in python_files("shared/adapters", "shared/services"):
        for call in calls(path):
            if dotted(call.func) not in PORT_ERRORS or not call.args:
                continue
            seen += 1
            text = call.args[0]
            made_here = isinstance(text, ast.JoinedStr | ast.Constant)
            assert made_here or dotted(text) in {"words", "text", "str(error)"}, (
                f"{named(path)}:{call.lineno}"
            )
            assert placeholders(text) <= FIXED_WORDS, f"{named(path)}:{call.lineno} {placeholders(text)}"

    assert seen > 15


def test_the_texts_that_those_errors_are_given_are_made_of_fixed_words_too() -> None:
    seen = 0
    for path in python_files("shared/adapters"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assign) and dotted(node.targets[0]) in {"words", "text"}:
                seen += 1
                assert placeholders(node.value) <= FIXED_WORDS, f"{named(path)}:{node.lineno}"

    assert seen >= 3

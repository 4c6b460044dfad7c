"""What may be imported where, beyond what import-linter can say; what a start of the app may load."""

import ast
import json
import sys

import pytest

from local.configuration import from_environment, web_environment, worker_environment
from tests.fitness.source import ROOT, SHIPPED, calls, dotted, imports, named, python_files, run_python, tree

EFFECTS = {
    "asyncio", "builtins", "ctypes", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time",
    "urllib", "uuid",
}  # fmt: skip
"""Of the standard library: whatever reads the world or changes it."""
EFFECT_CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "time.monotonic", "time.perf_counter",
}  # fmt: skip
READS_REAL_TIME = {
    "shared/adapters/system.py",  # the clock itself
    "shared/adapters/graph_errors.py",  # Retry-After as a date
    "shared/adapters/storage_probe.py",  # this machine's clock against the storage service's
    "shared/services/wake_due.py",  # compared with the time that storage stamped on a row
    "shared/bootstrap/bearers.py",  # an access token must be good when it comes
    "functions/_http/doors.py",  # a staff session ends with its ID token, which lives in real time
    "functions/_http/card_sessions.py",  # a verified card and a fresh sign-in count for minutes of real time
    "functions/_http/signed_in.py",  # an applicant's session ends after hours of real time
}
HEAVY = (
    "msgraph", "msgraph_core", "kiota_abstractions", "msal", "PIL", "azure.storage", "azure.data", "azure.communication",
    "azure.identity", "azure.monitor", "opentelemetry", "babel", "holidays", "jinja2", "cryptography", "aiohttp", "requests",
)  # fmt: skip
"""What importing the app must not load: each costs every cold start its time."""
NO_TELEMETRY = ("opentelemetry", "azure.monitor", "google.protobuf")
"""Loaded only where a setting says where telemetry goes; Graph's SDK loads the first of them by itself."""
NEVER_IN_WEB = ("msgraph", "msgraph_core", "kiota_abstractions", "azure.communication", "msal", "PIL")
"""Graph and mail are never loaded by ``web``; MSAL and Pillow not before a request needs them."""

LOADED = """
import json, sys
print(json.dumps(sorted(sys.modules)))
"""
HOME = """
import asyncio
import azure.functions as func
from functions.http_home import bp
home = next(each for each in bp._function_builders if each._function.get_function_name() == "home")
request = func.HttpRequest(method="GET", url="http://localhost:7071/", headers={"accept-language": "ja"}, body=b"")
answer = asyncio.run(home._function.get_user_function()(request))
assert answer.status_code == 200, answer.get_body()
"""


def test_the_domain_imports_itself_and_the_quiet_part_of_the_standard_library() -> None:
    allowed = set(sys.stdlib_module_names) - EFFECTS
    for path in python_files("shared/domain"):
        for module in imports(path):
            inside = module == "shared.domain" or module.startswith("shared.domain.")
            assert inside or module.split(".")[0] in allowed, f"{named(path)} imports {module}"


def test_the_domain_has_no_effects() -> None:
    """No clock, no chance, no file: time comes in as an argument."""
    for path in python_files("shared/domain"):
        for call in calls(path):
            written = dotted(call.func)
            assert written not in EFFECT_CALLS | CLOCKS, f"{named(path)}:{call.lineno} {written}"


def test_the_real_time_is_read_in_few_places() -> None:
    found = {
        named(path) for path in python_files(*SHIPPED) for call in calls(path) if dotted(call.func) in CLOCKS
    }

    assert found == READS_REAL_TIME


def test_only_the_settings_read_the_environment() -> None:
    found = set()
    for path in python_files(*SHIPPED):
        if {"os", "dotenv"} & set(imports(path)) or "environ" in path.read_text("utf-8").split():
            found.add(named(path))

    assert found == {"shared/settings.py"}


def test_what_ships_imports_nothing_that_pretends() -> None:
    """import-linter cannot list ``function_app.py``, which is a module and not a package."""
    for path in python_files(*SHIPPED):
        rooms = {module.split(".")[0] for module in imports(path)}
        assert not rooms & {"local", "tests", "bench"}, named(path)


def test_the_entrance_registers_functions_and_nothing_else() -> None:
    entrance = ROOT / "function_app.py"

    assert set(imports(entrance)) == {"azure.functions", "functions", "shared.bootstrap"}
    assert not [each for each in ast.walk(tree(entrance)) if isinstance(each, ast.FunctionDef | ast.ClassDef)]


@pytest.mark.parametrize("role", ["web", "worker"])
def test_importing_the_app_loads_nothing_heavy(role: str) -> None:
    loaded = json.loads(run_python("import function_app" + LOADED, {"APP_ROLE": role}))

    assert "azure.functions" in loaded
    assert not heavy(loaded, HEAVY)


def test_the_first_page_of_web_needs_neither_graph_nor_mail_nor_sign_in_nor_pictures() -> None:
    settings = web_environment(from_environment({}, scratch=ROOT))
    loaded = json.loads(run_python("import function_app" + HOME + LOADED, settings))

    assert "jinja2" in loaded
    assert not heavy(loaded, NEVER_IN_WEB + NO_TELEMETRY)


def test_telemetry_is_loaded_when_a_setting_asks_for_it() -> None:
    settings = web_environment(from_environment({}, scratch=ROOT)) | {"TELEMETRY": "console"}
    loaded = json.loads(run_python("import function_app" + HOME + LOADED, settings))

    assert "opentelemetry.sdk.trace" in loaded
    assert not heavy(loaded, NEVER_IN_WEB)


def test_each_process_of_the_local_run_gets_only_what_its_role_needs() -> None:
    """The local run is the pattern for the two function apps in the cloud."""
    configuration = from_environment({}, scratch=ROOT)
    web, worker = web_environment(configuration), worker_environment(configuration)

    assert not {name for name in web if name.startswith(("GRAPH", "MAIL", "METHOD", "PROTECTED", "REVIEWER"))}
    assert not {name for name in worker if name.startswith("COOKIE") or name.endswith("_CLIENT_SECRET")}


def heavy(loaded: list[str], kept_out: tuple[str, ...]) -> list[str]:
    return [
        each for each in loaded if any(each == module or each.startswith(f"{module}.") for module in kept_out)
    ]

"""Every queue has a trigger, a handler for what the platform gives up on, and somebody who writes to it."""

import ast
import json
from typing import Any

from functions._worker import bodies
from shared import names
from tests.fitness.source import ROOT, functions_of, python_files, tree

HOST: dict[str, Any] = json.loads((ROOT / "host.json").read_text("utf-8"))


def triggers() -> dict[str, str]:
    found = [each for each in functions_of("worker").values() if each["trigger"] == "queue"]
    assert {each["connection"] for each in found} == {names.RECORDS_CONNECTION}
    assert len({each["queue"] for each in found}) == len(found)
    return {each["queue"]: each["name"] for each in found}


def written_lanes() -> set[str]:
    """Lanes that the services name: as an argument, as a parameter's default, or as the answer of ``_lane``."""
    found: set[str] = set()
    for path in python_files("shared/services"):
        for node in ast.walk(tree(path)):
            parts: list[ast.expr] = []
            if isinstance(node, ast.Call):
                parts = [*node.args, *(each.value for each in node.keywords)]
            elif isinstance(node, ast.AsyncFunctionDef):
                parts = [each for each in node.args.kw_defaults if each is not None]
            elif isinstance(node, ast.FunctionDef) and node.name == "_lane":
                parts = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
            found |= {
                each.value for each in parts if isinstance(each, ast.Constant) and each.value in names.LANES
            }
    return found


def test_every_queue_has_a_trigger() -> None:
    assert set(triggers()) == set(names.QUEUES)


def test_every_lane_has_a_poison_handler_in_the_same_file() -> None:
    for lane in names.LANES:
        assert triggers()[lane] == f"queue_{lane}"
        assert triggers()[lane + names.POISON_SUFFIX] == f"queue_{lane}_poison"
        source = (ROOT / "functions" / f"queue_{lane}.py").read_text("utf-8")
        assert "park_poison(" in source


def test_every_poison_handler_ends_where_the_alert_looks() -> None:
    """The metric ``poison`` is counted there, and nowhere else does anybody hear of it."""
    for queue, name in triggers().items():
        if not queue.endswith(names.POISON_SUFFIX):
            continue
        source = (ROOT / "functions" / f"{name.removesuffix('_poison')}.py").read_text("utf-8")
        handler = source[source.index(f"async def {name}(") :]
        assert "await park_poison(" in handler or "await take_given_up(" in handler, name


def test_every_lane_is_written_to() -> None:
    assert written_lanes() == set(names.LANES)


def test_the_host_reads_messages_as_they_are_written() -> None:
    """Plain and base64 are both read by ``functions/_worker/bodies.py``; retries come quickly, and then the poison queue."""
    queues = HOST["extensions"]["queues"]

    assert queues["messageEncoding"] == "none"
    assert queues["maxDequeueCount"] == bodies.MOST_TRIES == 5
    assert queues["visibilityTimeout"] == "00:00:10"


def test_pages_stand_at_the_root() -> None:
    assert HOST["extensions"]["http"]["routePrefix"] == ""


def test_a_due_row_for_work_in_progress_is_later_than_the_function_timeout() -> None:
    """Otherwise the timer would start the work a second time while it runs."""
    from datetime import timedelta

    from shared.domain.wakes import WORK_IN_PROGRESS

    hours, minutes, seconds = (int(each) for each in HOST["functionTimeout"].split(":"))
    timeout = timedelta(hours=hours, minutes=minutes, seconds=seconds)

    assert timeout + timedelta(minutes=1) <= WORK_IN_PROGRESS


def test_the_timers_run_every_minute_every_ten_and_every_hour() -> None:
    timers = {
        each["name"]: each["schedule"]
        for each in functions_of("worker").values()
        if each["trigger"] == "timer"
    }

    assert timers == {
        "timer_wake_due": "0 * * * * *",
        "timer_check_health": "30 5-59/10 * * * *",
        "timer_back_up": "0 17 * * * *",
    }

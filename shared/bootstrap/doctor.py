"""The operator's command: check an environment, say what is wrong and how to mend it.

``python -m shared.bootstrap.doctor [--deployed] [--json]``, or ``make doctor`` against what runs on this machine. It ends with 0
if all is well (warnings may be told), with 1 if something is wrong, with 2 if it could not look.

Without ``--deployed`` it makes the checks itself, with the settings and the identity of the process it stands for (``APP_ROLE``).
With it, on a machine of the operator's own, it reads what the deployed worker found with the worker's identity: it needs the
address of the records account (``RecordsStorage__tableServiceUri``), ``az login``, the right to read that table, nothing else.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from shared.domain.health import Finding, HealthCode, HealthReport

if TYPE_CHECKING:
    from pydantic import ValidationError

_WELL, _WRONG, _BLIND = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit status says what was found."""
    parser = argparse.ArgumentParser(
        prog="doctor", description="Check an environment, and say how to mend what is wrong."
    )
    parser.add_argument("--deployed", action="store_true", help="read what the deployed worker found itself")
    parser.add_argument("--json", action="store_true", help="one line of JSON in place of text")
    given = parser.parse_args(arguments)
    try:
        role, report = asyncio.run(_deployed() if given.deployed else _here())
    except LookupError as error:
        _say(str(error))
        return _BLIND
    told = _as_json(role, report) if given.json else _as_text(role, report)
    _say(told)
    if any(each.code is HealthCode.SETTINGS_INCOMPLETE for each in report.findings):
        return _BLIND
    return _WRONG if report.failed else _WELL


async def _here() -> tuple[str, HealthReport]:
    """Check with this process's settings and identity, and look at what the worker said last."""
    from pydantic import ValidationError

    from shared import bootstrap
    from shared.services.check_health import check_health
    from shared.services.read_health import with_the_worker_s

    try:
        settings = bootstrap.settings()
    except ValidationError as error:
        return bootstrap.app_role(), HealthReport(bootstrap.clock().now(), _incomplete(error))
    try:
        ports = bootstrap.health()
        report = await check_health(ports)
        return settings.app_role, await with_the_worker_s(report, ports.switches, ports.clock.now())
    finally:
        await bootstrap.close()


async def _deployed() -> tuple[str, HealthReport]:
    """Read the worker's report with the operator's own sign-in."""
    from azure.identity.aio import DefaultAzureCredential

    from shared import names
    from shared.adapters.storage import Storage, StorageAccount
    from shared.adapters.system import SystemClock
    from shared.adapters.tables_switches import TableSwitches
    from shared.ports import PortError
    from shared.services.read_health import read_health
    from shared.storage_settings import StorageSettings

    given = StorageSettings()
    if not (given.records_storage.get_secret_value() or given.records_table_url):
        raise LookupError("Set RecordsStorage__tableServiceUri (or RecordsStorage).")
    async with AsyncExitStack() as stack:
        account = StorageAccount(
            connection_string=given.records_storage.get_secret_value(),
            table_url=given.records_table_url,
            credential=await stack.enter_async_context(DefaultAzureCredential())
            if given.records_table_url
            else None,
        )
        storage = await stack.enter_async_context(Storage(records=account, photos=account))
        try:
            return "worker", await read_health(
                TableSwitches(storage.table(names.TABLE_LOCKS)), SystemClock().now()
            )
        except PortError as error:
            raise LookupError(
                f"Storage could not be read ({error}). Are you signed in (az login), and may you read its tables?"
            ) from error


def _incomplete(error: "ValidationError") -> tuple[Finding, ...]:
    """Each thing that the settings lack, by its words; values never stand in them (``hide_input_in_errors``)."""
    return tuple(
        Finding(HealthCode.SETTINGS_INCOMPLETE, words)
        for each in error.errors(include_input=False, include_url=False, include_context=False)
        for words in _words(each["loc"], each["msg"])
    )


def _words(place: tuple[int | str, ...], message: str) -> list[str]:
    name = ".".join(str(each).upper() for each in place)
    return [f"{name}: {each}" if name else each for each in message.removeprefix("Value error, ").split("; ")]


def _as_text(role: str, report: HealthReport) -> str:
    from shared.bootstrap.doctor_words import MEANS, MEND

    lines = [f"{role}, {report.at.isoformat(timespec='seconds')}, package {report.package or 'unknown'}"]
    for each in report.findings:
        lines += [
            f"{'warning' if each.warning else 'WRONG  '} {each.code.value}{f' ({each.about})' if each.about else ''}",
            f"        {MEANS[each.code]}",
            f"        -> {MEND[each.code]}",
        ]
    wrong = sum(not each.warning for each in report.findings)
    warnings = len(report.findings) - wrong
    lines.append(
        "all is well" if not report.findings else f"{wrong} wrong, {warnings} to look at in daylight"
    )
    return "\n".join(lines)


def _as_json(role: str, report: HealthReport) -> str:
    from shared.bootstrap.doctor_words import MEANS, MEND

    findings = [
        {
            "code": each.code.value,
            "about": each.about,
            "grade": "warning" if each.warning else "wrong",
            "means": MEANS[each.code],
            "mend": MEND[each.code],
        }
        for each in report.findings
    ]
    document = {
        "role": role,
        "at": report.at.isoformat(),
        "package": report.package,
        "well": not report.failed,
        "findings": findings,
    }
    return json.dumps(document, ensure_ascii=False)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    from shared.bootstrap.command import run

    raise SystemExit(run(main, sys.argv[1:]))

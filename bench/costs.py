"""`make costs`: `docs/costs.md` from counted operations (`counts.json`) and from prices and guesses (`prices.toml`).

Counting again is `make count-operations`; a new price needs none.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

from bench.count_operations import COUNTS
from local.demo import CHANNELS
from shared import names

PRICES: Final = Path(__file__).with_name("prices.toml")
PAGE: Final = Path(__file__).parent.parent / "docs" / "costs.md"
ALERTS: Final = PRICES.parent.parent / "infra" / "alerts.bicep"
PROD: Final = PRICES.parent.parent / "infra" / "prod.bicepparam"
HOST: Final = PRICES.parent.parent / "host.json"
BEGIN: Final = "<!-- made by make costs: begin -->"
END: Final = "<!-- made by make costs: end -->"
SIZES: Final = (100, 10_000, 1_000_000)

_MINUTES: Final = 365 * 24 * 60
_OPERATIONS_OF_A_MESSAGE: Final = 3
"""Put, taken, deleted."""
_WRITES: Final = ("blob.put", "blob.list", "blob.create-container")


class Reckoning:
    """What a year costs, line by line, in US dollars."""

    def __init__(self, counts: dict[str, Any], prices: dict[str, Any]) -> None:
        self._counts = counts
        self._price = {name: float(each["value"]) for name, each in prices["prices"].items()}
        self._guess = {name: float(each) for name, each in prices["assumptions"].items()}

    def year(self, applications: int) -> dict[str, float]:
        """The lines of a year with so many applications."""
        guess, price = self._guess, self._price
        mails = applications * self._mean(lambda way: way["mails"])
        reports = mails * guess["reported_share"]
        executions = (
            applications * self._mean(lambda way: sum(way["executions"].values())) + _MINUTES + reports
        )
        seconds = executions * guess["least_seconds"] + applications * self._mean(self._beyond)
        gb_s = seconds * guess["memory_gb"]
        return {
            "functions: executions": _beyond(executions, 12 * price["free_executions"])
            / 1e6
            * price["executions"],
            "functions: GB-seconds": _beyond(gb_s, 12 * price["free_gb_s"]) * price["execution_gb_s"],
            "tables: operations": self._storage(applications, "table.") / 1e4 * price["table"],
            "queues: operations": (
                self._storage(applications, "queue.")
                + self.polls(applications)
                + reports * _OPERATIONS_OF_A_MESSAGE
            )
            / 1e4
            * price["queue"],
            "blobs: operations": self._blobs(applications),
            "tables: space": applications
            * guess["kept_kb_per_application"]
            / 1e6
            * guess["kept_months"]
            * price["storage_gb"],
            "mail": mails * (price["mail"] + guess["mail_kb"] / 1e3 * price["mail_mb"]),
            "delivery reports": reports / 1e6 * price["event"],
            "logs": executions * guess["log_kb_per_execution"] / 1e6 * price["log_gb"],
            "alerts": self.alerts(),
            "Graph": applications * self._mean(lambda way: sum(way["graph"].values())) * price["graph"],
        }

    def polls(self, applications: int) -> float:
        """Empty look-ups of all queues in a year: by the platform, and by instances that live on after a message.

        Each function with a queue has instances of its own; here one at most, and each message is taken for alone.
        """
        by_lane = [
            self._mean(lambda way, name=f"queue_{lane}": way["executions"].get(name, 0))
            for lane in names.LANES
        ]
        by_lane.append(self._mean(lambda way: way["mails"]) * self._guess["reported_share"])
        living = sum(
            min(_MINUTES, applications * messages * self._guess["living_minutes"]) for messages in by_lane
        )
        return len(names.QUEUES) * self._guess["polls_a_minute"] * _MINUTES + living * looks_a_minute()

    def alerts(self) -> float:
        """All rules of the template, that for the way ``form`` too."""
        rules = re.findall(r"^    every: '(\w+)'$", ALERTS.read_text("utf-8"), re.MULTILINE)
        return 12 * (
            self._price["alert_metric"] + sum(self._price[f"alert_{each.lower()}"] for each in rules)
        )

    def kept_ready(self) -> float:
        """The instances that ``prod`` keeps ready all year, in US dollars; what they execute is in the other lines."""
        kept = sum(
            int(each)
            for each in re.findall(r"^param alwaysReady\w+ = (\d+)$", PROD.read_text("utf-8"), re.MULTILINE)
        )
        return kept * _MINUTES * 60 * self._guess["memory_gb"] * self._price["always_ready_gb_s"]

    def _mean(self, of: Any) -> float:  # noqa: ANN401 - a way, as the file has it
        return float(sum(self._guess[f"share_{way}"] * of(self._counts["ways"][way]) for way in CHANNELS))

    def _beyond(self, way: dict[str, Any]) -> float:
        """Seconds above the least that is billed, if all executions were equally long."""
        return float(
            max(0.0, way["seconds"] - self._guess["least_seconds"] * sum(way["executions"].values()))
        )

    def _storage(self, applications: int, kind: str) -> float:
        own = self._mean(lambda way: _sum(way["storage"], kind))
        return applications * own + _MINUTES * _sum(self._counts["timer"]["storage"], kind)

    def _blobs(self, applications: int) -> float:
        total = self._storage(applications, "blob.")
        writes = sum(self._storage(applications, kind) for kind in _WRITES)
        return writes / 1e4 * self._price["blob_write"] + (total - writes) / 1e4 * self._price["blob_read"]


def looks_a_minute() -> float:
    """How often a living instance looks into its empty queue."""
    longest = json.loads(HOST.read_text("utf-8"))["extensions"]["queues"]["maxPollingInterval"]
    hours, minutes, seconds = (int(each) for each in longest.split(":"))
    return 60 / (hours * 3600 + minutes * 60 + seconds)


def tables(counts: dict[str, Any], prices: dict[str, Any]) -> str:
    """Both tables of the page: what was counted, and what a year costs."""
    return f"{_counted(counts)}\n\n{_years(Reckoning(counts, prices))}"


def _counted(counts: dict[str, Any]) -> str:
    ways = counts["ways"]
    rows: list[tuple[str, Any]] = [
        ("table operations", lambda way: _sum(way["storage"], "table.")),
        ("queue operations", lambda way: _sum(way["storage"], "queue.")),
        ("blob operations", lambda way: _sum(way["storage"], "blob.")),
        ("calls of Graph", lambda way: sum(way["graph"].values())),
        ("mails, those to staff among them", lambda way: way["mails"]),
        ("executions of functions", lambda way: sum(way["executions"].values())),
        ("seconds that they took", lambda way: way["seconds"]),
    ]
    lines = [
        f"| for one application | {' | '.join(f'`{way}`' for way in CHANNELS)} | a run of the timer |",
        "|---|" + "---|" * (len(CHANNELS) + 1),
    ]
    timer = {"storage": counts["timer"]["storage"], "graph": {}, "mails": 0, "executions": {"timer": 1}}
    timer["seconds"] = counts["timer"]["seconds"]
    for name, of in rows:
        cells = [f"{of(each):,.1f}".removesuffix(".0") for each in (*(ways[way] for way in CHANNELS), timer)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _years(reckoning: Reckoning) -> str:
    years = [reckoning.year(each) for each in SIZES]
    ready = reckoning.kept_ready()
    lines = [
        f"| USD a year | {' | '.join(f'{each:,} applications' for each in SIZES)} |",
        "|---|---:|---:|---:|",
    ]
    lines += [f"| {name} | {' | '.join(f'{year[name]:,.2f}' for year in years)} |" for name in years[0]]
    lines.append(f"| **together** | {' | '.join(f'**{sum(year.values()):,.2f}**' for year in years)} |")
    lines.append(f"| instances always ready in `prod` | {' | '.join(f'{ready:,.2f}' for _ in years)} |")
    lines.append(
        f"| **together in `prod`** | {' | '.join(f'**{sum(year.values()) + ready:,.2f}**' for year in years)} |"
    )
    each = [(sum(year.values()) + ready) / size for year, size in zip(years, SIZES, strict=True)]
    lines.append(f"| for one application in `prod` | {' | '.join(f'{one:,.4f}' for one in each)} |")
    return "\n".join(lines)


def _sum(storage: dict[str, float], kind: str) -> float:
    return float(sum(number for name, number in storage.items() if name.startswith(kind)))


def _beyond(used: float, free: float) -> float:
    return max(0.0, used - free)


def page_with(text: str, made: str) -> str:
    """The page with its tables made anew."""
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:before]}\n\n{made}\n\n{text[after:]}"


def made_now() -> str:
    """The tables as counts and prices have them now."""
    return tables(json.loads(COUNTS.read_text("utf-8")), tomllib.loads(PRICES.read_text("utf-8")))


def main() -> int:
    """Write the tables into the page."""
    PAGE.write_text(page_with(PAGE.read_text("utf-8"), made_now()), "utf-8")
    print(made_now())
    return 0


if __name__ == "__main__":
    sys.exit(main())

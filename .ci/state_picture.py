"""The picture of the state machine in README.md, made from the table of moves in shared/domain/states.py.

    .venv/bin/python .ci/state_picture.py           # writes it into README.md
    .venv/bin/python .ci/state_picture.py --print   # shows it

A test holds README.md against it, and the picture's arrows against the table.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from shared.domain.states import MOVES, TERMINAL, WHO_MOVES_NEXT, Mover, State  # noqa: E402 - run as a script

BEGIN = "<!-- states: made by .ci/state_picture.py from shared/domain/states.py -->"
END = "<!-- /states -->"

OPEN = frozenset(state for state in State if {State.STOPPING, State.ATTENTION} <= MOVES[state])
"""States that a stop and a call for the operator can always leave: drawn as one box with two arrows."""
EARLY = frozenset(state for state in OPEN if State.CANCELLED in MOVES[state])
"""Those that can end at once while no pass was ever asked for: a box in the box."""

_ACTS = {
    State.SUBMITTED: "prechecks",
    State.HELD: "next business opening",
    State.IN_REVIEW: "approves, rejects, or asks for a better photo",
    State.RETURNED: "sends a better photo",
    State.COOLING_OFF: "security delay; the owner may stop it",
    State.APPROVED: "opens the pickup page and asks for the pass",
    State.ISSUING: "makes the pass in Microsoft Graph",
    State.ISSUED: "registers new methods",
    State.STOPPING: "deletes the pass, ends the sessions",
    State.COMPLETED: "the owner may contest for 30 days",
    State.REJECTED: "",
    State.CANCELLED: "",
    State.EXPIRED: "",
    State.ATTENTION: "lets it run again, or stops it",
}
_COLOURS = {
    Mover.SYSTEM: "fill:#e7eef9,stroke:#3b6bb0,color:#111",
    Mover.CLOCK: "fill:#eee9f8,stroke:#6b4fb3,color:#111",
    Mover.STAFF: "fill:#fdf1dd,stroke:#b87a14,color:#111",
    Mover.APPLICANT: "fill:#e6f4ea,stroke:#2f8a4c,color:#111",
    Mover.OPERATOR: "fill:#fde8e8,stroke:#c0392b,color:#111",
    Mover.NOBODY: "fill:#f2f2f2,stroke:#888,color:#111",
}


def arrows() -> list[tuple[str, str]]:
    """Every move once; those that all states of a box share start at the box."""
    boxed = {
        State.STOPPING: ("open", OPEN),
        State.ATTENTION: ("open", OPEN),
        State.CANCELLED: ("early", EARLY),
    }
    drawn = [
        (state.value, target.value)
        for state in State
        for target in State
        if target in MOVES[state] and state not in boxed.get(target, ("", frozenset()))[1]
    ]
    return drawn + [(box, target.value) for target, (box, _) in boxed.items()]


def picture() -> str:
    """The Mermaid text."""
    drawn = arrows()
    lines = ["stateDiagram-v2", "    direction TB", f"    [*] --> {State.SUBMITTED.value}"]
    lines += [
        '    state "an open case" as open {',
        '        state "may end at once while no pass was ever asked for" as early {',
    ]
    lines += [f"            {state.value}" for state in State if state in EARLY]
    lines += ["        }"]
    lines += [f"        {state.value}" for state in State if state in OPEN - EARLY]
    lines += ["    }"]
    lines += [f"    {start} --> {end}" for start, end in drawn]
    lines += [f"    {state.value} --> [*]" for state in State if state in TERMINAL]
    lines += [f"    classDef {mover.value} {colour}" for mover, colour in _COLOURS.items()]
    lines += [f"    class {state.value} {WHO_MOVES_NEXT[state].value}" for state in State]
    return "\n".join(lines)


def table() -> str:
    """The table of who moves next."""
    rows = ["| state | who moves next | leaves to |", "|---|---|---|"]
    for state in State:
        targets = " ".join(f"`{target.value}`" for target in State if target in MOVES[state]) or "–"
        does = f": {_ACTS[state]}" if _ACTS[state] else ""
        rows.append(f"| `{state.value}` | **{WHO_MOVES_NEXT[state].value}**{does} | {targets} |")
    return "\n".join(rows)


def section() -> str:
    """What stands between the two marks in README.md."""
    return f"{BEGIN}\n\n```mermaid\n{picture()}\n```\n\n{table()}\n\n{END}"


def main() -> int:
    """Write the section into README.md, or print it."""
    if "--print" in sys.argv:
        print(section())
        return 0
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(before + section() + after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

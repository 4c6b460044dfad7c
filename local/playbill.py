"""What the demos of all ways in share: the parts to play against, the printed steps, and the bill of calls at the end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from local.free_ports import free_ports
from local.visitor import LocalCloud, NotSeenError, Visitor

FRIDAY_EVENING = "2026-11-20T19:30:00+09:00"
"""After the closing time, before a weekend and a holiday: who needs a reviewer now waits longest."""
TUESDAY_OPENING = "2026-11-24T09:00:05+09:00"
_IDLE = frozenset({"queue.receive"})


@dataclass
class Playbill:
    """Prints each step with its time and counts what it cost."""

    cloud: LocalCloud
    started: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)

    @classmethod
    def opened(cls, cloud: LocalCloud, at: str) -> "Playbill":
        """A fresh start: the clock stands at ``at`` (ISO 8601 with a zone), the mailbox is empty, calls count from zero."""
        cloud.set_clock(at)
        cloud.call("DELETE", "/api/mailbox")
        cloud.call("DELETE", "/api/calls")
        return cls(cloud)

    def step(self, text: str) -> None:
        """One step is done."""
        now = time.monotonic()
        print(f"  {self.cloud.now()[:16].replace('T', ' ')}Z  {now - self.last:6.2f} s  {text}", flush=True)
        self.last = time.monotonic()

    def ending(self, person: Visitor, done: dict[str, Any], code: str) -> None:
        """The last lines of every demo: the person's own status page, what Graph holds now, the pass, the bill.

        Raises:
            NotSeenError: Graph does not hold exactly one new authenticator app and no old phone.
        """
        print("\n  what the person's status page tells:")
        for line in done["history"]:
            print(f"    {line['at'][:19]}Z  {line['event']}")
        print(f"\n  state: {done['state']}\n  the decrypted pass was: {code}")
        user: dict[str, Any] = self.cloud.call("GET", f"/api/graph/users/{person.upn}")
        kinds = sorted(each["kind"] for each in user["methods"])
        if user["passes"] or kinds.count("microsoftAuthenticator") != 1 or "phone" in kinds:
            raise NotSeenError(f"Graph is not as it should be: {kinds}")
        print(f"  registered now: {', '.join(kinds)}")
        self.bill()
        print(f"\n  {time.monotonic() - self.started:.1f} s in all")

    def bill(self) -> None:
        """What the road has cost in calls, by kind; polls of empty queues are no part of it."""
        calls: dict[str, dict[str, int]] = self.cloud.call("GET", "/api/calls")
        for service in ("storage", "graph", "mail"):
            kinds = {
                name: count for name, count in calls.get(service, {}).items() if not name.startswith("host.")
            }
            work = {name: count for name, count in kinds.items() if name not in _IDLE}
            if service == "storage":
                work["queue.receive"] = work.get("queue.delete", 0)
            print(f"\n  {service}: {sum(work.values())} calls")
            for name, count in sorted(work.items()):
                print(f"    {count:4} {name}")


def newcomer(cloud: LocalCloud) -> dict[str, Any]:
    """A student without a history here: who re-registered a moment ago, in an earlier demo, is under the security delay."""
    found: dict[str, Any] = cloud.call("POST", "/api/people", {"kind": "student"})
    return found


@contextlib.contextmanager
def telling(app: str, cloud: LocalCloud, case: str) -> Iterator[None]:
    """What goes wrong with this case is told with what an operator sees of it.

    Raises:
        NotSeenError: a step did not come out as it should; says state, flags and guards that refused.
    """
    try:
        yield
    except (NotSeenError, requests.RequestException) as error:
        raise NotSeenError(f"{error}\n{as_staff_see(app, cloud, case)}") from error


def as_staff_see(app: str, cloud: LocalCloud, case: str) -> str:
    """Reference, state, flags, refusing guards and the last events of a case, in one line."""
    operator = Visitor(app, cloud.people("operator")[0])
    try:
        operator.sign_in("staff", "/staff").raise_for_status()
        answer = operator.get(f"/staff/applications/{case}", json=True)
        answer.raise_for_status()
    except requests.RequestException as error:
        return f"What staff see of {case} could not be read: {error}"
    found = answer.json()
    refusing = [each["guard"] for each in found["guards"] if not each["passed"]]
    events = [each["event"] for each in found["history"]]
    return (
        f"{found['reference']} is {found['state']}; flags: {', '.join(found['flags']) or 'none'}; "
        f"guards that refuse: {', '.join(refusing) or 'none'}; so far: {', '.join(events)}"
    )


def expect(person: Visitor, case: str, state: str) -> dict[str, Any]:
    """One look at the status page: waiting is done at the mailbox, so that the bill counts the road and not the looks.

    Raises:
        NotSeenError: the case stands elsewhere.
    """
    found = person.status(case)
    if found["state"] != state:
        raise NotSeenError(f"the state is {found['state']}, not {state}")
    return found


@contextlib.contextmanager
def running_parts() -> Iterator[tuple[str, str]]:
    """Addresses of app and local cloud: those of `make run`, or of a copy of our own."""
    app = f"http://localhost:{os.environ.get('REREGISTER_PORT', '7071')}"
    local = f"http://localhost:{os.environ.get('REREGISTER_LOCAL_PORT', '7072')}"
    if _answers(f"{app}/health") and _answers(f"{local}/api/clock"):
        print(f"Playing against what runs at {app}")
        yield app, local
        now = LocalCloud(local).now()
        print(f"\n  The clock of this copy now stands at {now}; *real time* on {local}/ sets it back.")
        return
    print("Starting a copy of everything …", flush=True)
    app_port, local_port = free_ports(1)[0], free_ports(1)[0]
    environment = os.environ | {
        "REREGISTER_PORT": str(app_port),
        "REREGISTER_LOCAL_PORT": str(local_port),
        "REREGISTER_AZURITE_PORT": str(free_ports(3)[0]),
        "REREGISTER_DATA": "memory",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "local"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield _ready(process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _ready(process: "subprocess.Popen[str]") -> tuple[str, str]:
    for line in process.stdout or ():
        if line.startswith("READY "):
            words = dict(each.split("=", 1) for each in line.split()[1:])
            return words["app"], words["local"]
    raise NotSeenError("the copy did not get ready; try `make run` to see why")

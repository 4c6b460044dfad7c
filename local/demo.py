"""`make demo`: plays the road of one locked-out student by itself, over HTTP, with time moved forward.

Against the parts that run already (`make run` in another terminal), or against a copy of its own on free ports.
"""

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
from local.visitor import LocalCloud, NotSeenError, Visitor, eventually

FRIDAY_EVENING = "2026-11-20T19:30:00+09:00"
TUESDAY_OPENING = "2026-11-24T09:00:05+09:00"
_IDLE = frozenset({"queue.receive"})
_MAILS = 4  # owner notice, pickup link, notice of the pass, completion


@dataclass
class Playbill:
    """Prints each step with its time and counts what it cost."""

    cloud: LocalCloud
    started: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)

    def step(self, text: str) -> None:
        """One step is done."""
        now = time.monotonic()
        print(f"  {self.cloud.now()[:16].replace('T', ' ')}Z  {now - self.last:6.2f} s  {text}", flush=True)
        self.last = time.monotonic()

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


def play(app: str, local: str) -> str:
    """Play the website channel from the first page to the completed application; returns the decrypted pass."""
    cloud = LocalCloud(local)
    student = Visitor(app, cloud.people("student")[0])
    reviewer = Visitor(app, cloud.people("reviewer")[0])
    address = student.person["mail"][0]
    cloud.set_clock(FRIDAY_EVENING)
    cloud.call("DELETE", "/api/mailbox")
    cloud.call("DELETE", "/api/calls")
    bill = Playbill(cloud)
    student.sign_in(next_path="/apply").raise_for_status()
    bill.step(f"{student.upn} signs in with a password alone and opens the form")
    answer = student.apply(cloud.card(student.upn), reason="broken", details="Dropped in the rain.")
    answer.raise_for_status()
    accepted = answer.json()
    bill.step(f"applies: {accepted['reference']}, looked at from {accepted['review_from']}")
    case = accepted["id"]
    cloud.wait_link(address, r"/not-me/")
    _expect(student, case, "held")
    bill.step("held until the next business opening; the owner of the account was told")
    cloud.set_clock(TUESDAY_OPENING)
    link = cloud.wait_link(reviewer.upn, r"/review/")
    bill.step("Monday was a holiday: on Tuesday at 9:00 the reviewers get a mail with a signed link")
    review = link.removeprefix(app)
    reviewer.sign_in("staff", review).raise_for_status()
    reviewer.get(f"{review}/photo").raise_for_status()
    bill.step(f"{reviewer.upn} signs in with MFA and looks at application, photo and prechecks")
    reviewer.post(review, data={"decision": "approve"}).raise_for_status()
    pickup = cloud.wait_link(address, r"/pickup/[0-9a-f]+\?key=")
    bill.step("approved; the pickup link is mailed to the address on file")
    student.get(pickup).raise_for_status()
    student.ask_for_pass(case).raise_for_status()
    code = student.collect_pass(case)
    bill.step("link and password together: the pass is made, sealed to this browser, and shown")
    cloud.call("POST", f"/api/graph/users/{student.upn}/methods", {"kind": "microsoftAuthenticator"})
    student.post(f"/applications/{case}/registered", data={}).raise_for_status()
    eventually(lambda: len(cloud.mails(address)) >= _MAILS or None, "the mail that tells of the completion")
    done = _expect(student, case, "completed")
    bill.step("a new method is registered and seen; the old ones are removed; the person is told")
    print("\n  what the student's status page tells:")
    for line in done["history"]:
        print(f"    {line['at'][:19]}Z  {line['event']}")
    print(f"\n  state: {done['state']}\n  the decrypted pass was: {code}")
    _check_graph(cloud, student)
    bill.bill()
    print(f"\n  {time.monotonic() - bill.started:.1f} s in all")
    return code


def _expect(student: Visitor, case: str, state: str) -> dict[str, Any]:
    """One look at the status page: waiting is done at the mailbox, so that the bill counts the road and not the looks."""
    found = student.status(case)
    if found["state"] != state:
        raise NotSeenError(f"the state is {found['state']}, not {state}")
    return found


def _check_graph(cloud: LocalCloud, student: Visitor) -> None:
    user: dict[str, Any] = cloud.call("GET", f"/api/graph/users/{student.upn}")
    kinds = sorted(each["kind"] for each in user["methods"])
    if user["passes"] or kinds.count("microsoftAuthenticator") != 1 or "phone" in kinds:
        raise NotSeenError(f"Graph is not as it should be: {kinds}")
    print(f"  registered now: {', '.join(kinds)}")


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


def main() -> int:
    """Play; exit code 1 if a step did not come out as it should."""
    channel = os.environ.get("CHANNEL", "website")
    if channel != "website":
        print(f"CHANNEL={channel} is not there yet; there is website.", file=sys.stderr)
        return 2
    try:
        with running_parts() as (app, local):
            play(app, local)
    except (NotSeenError, requests.RequestException) as error:
        print(f"\nThe demo stopped: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

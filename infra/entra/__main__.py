"""``python3 -m infra.entra PLAN.json [--apply] [--only applications|policies]``; without --apply nothing is changed."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from infra.entra import groups, policies, registrations
from infra.entra.graph import Graph, GraphRefusedError
from infra.entra.plan import ForeignError, Plan, WrongPlanError, read_plan
from infra.entra.wanted import DEPLOY

_GRAPH = "https://graph.microsoft.com/v1.0"
_HELP = {
    401: "the token has ended or is for something else: sign in again",
    403: "the token lacks a permission, or you lack a role: docs/deploy.md, 'Who does this'",
}


class NoTokenError(Exception):
    """Nobody is signed in; the text says what to do."""


def main(
    arguments: Sequence[str] | None = None,
    *,
    base: str = _GRAPH,
    token: Callable[[], str] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Run, and return 0 (as wanted, or applied), 1 (refused), or 2 (a dry run that would change something)."""
    parser = argparse.ArgumentParser(prog="python3 -m infra.entra", description=__doc__)
    parser.add_argument(
        "plan", type=Path, help="the plan, a JSON file; begin with a copy of infra/entra/sample.json"
    )
    parser.add_argument(
        "--apply", action="store_true", help="change the tenant; without it nothing is changed"
    )
    parser.add_argument("--only", choices=("applications", "policies"), help="only this part")
    given = parser.parse_args(arguments)
    try:
        plan = read_plan(given.plan)
        bearer = cache(token or _token)
        if given.apply:  # what must not be touched is found before anything is changed
            _settle(Graph(base, bearer, apply=False, say=_nothing, wait=wait), plan, given.only, _nothing)
        graph = Graph(base, bearer, apply=given.apply, say=_say, wait=wait)
        _settle(graph, plan, given.only, _say)
    except (WrongPlanError, NoTokenError, ForeignError) as error:
        _complain(f"\n{error}\nNothing further was changed.")
        return 1
    except GraphRefusedError as error:
        _complain(f"\n{error}\n{_HELP.get(error.status, 'Run it again: it goes on where it stopped.')}")
        return 1
    return _last_word(graph)


def _settle(graph: Graph, plan: Plan, only: str | None, say: Callable[[str], None]) -> None:
    me = _right_tenant(graph, plan, say)
    if only != "policies":
        _applications(graph, plan, me, say)
    if only != "applications":
        say("Policies")
        policies.settle(graph, plan)


def _last_word(graph: Graph) -> int:
    if graph.notes:
        _say(f"\n{graph.notes} to read above (note).")
    if graph.apply or not graph.changes:
        _say(f"\n{graph.changes} changed." if graph.changes else "\nEverything is as the plan wants it.")
        return 0
    _say(f"\n{graph.changes} would be changed. Nothing was: this was a dry run. Add --apply to do it.")
    return 2


def _applications(graph: Graph, plan: Plan, me: str, say: Callable[[str], None]) -> None:
    say("Registrations")
    made = registrations.settle(graph, plan, me)
    say("Groups")
    protected = groups.settle(graph, plan, made, me)
    settings = {
        "TENANT_ID": plan.tenant_id,
        "APPLICANT_CLIENT_ID": made["applicants"].client_id,
        "STAFF_CLIENT_ID": made["staff"].client_id,
        "API_CLIENT_ID": made["api"].client_id if "api" in made else "",
        "PROTECTED_GROUPS": ",".join(protected),
    }
    settings |= {name: each.id for name, each in plan.contexts.items()}
    say("\nSettings of the service")
    for name, value in settings.items():
        if value:
            say(f"  {name}={value}")
    if "forms-flow" in made:
        say(f"  Client ID of the flow: {made['forms-flow'].client_id}")
    for key, each in made.items():
        if key.startswith(DEPLOY):
            say(f"  AZURE_CLIENT_ID of environment {key.removeprefix(DEPLOY)}: {each.client_id}")
    say("")


def _right_tenant(graph: Graph, plan: Plan, say: Callable[[str], None]) -> str:
    """Object id of who runs this; another tenant than the plan's is refused before anything else."""
    found = graph.list("/organization?$select=id,displayName")
    tenant = found[0]["id"] if found else ""
    if tenant != plan.tenant_id:
        raise ForeignError(f"you are signed in to tenant {tenant or '?'}, the plan is for {plan.tenant_id}")
    say(f"Tenant {found[0].get('displayName', '')} ({tenant}), {'APPLYING' if graph.apply else 'dry run'}\n")
    try:
        me = graph.get("/me?$select=id")
    except GraphRefusedError as refused:
        if refused.status != 400:  # noqa: PLR2004 - an application's token: there is no "me"
            raise
        me = None
    return str(me["id"]) if me else ""


def _token() -> str:
    """A token of who runs this: GRAPH_TOKEN, or that of the Azure CLI."""
    if given := os.environ.get("GRAPH_TOKEN"):
        return given
    command = ["az", "account", "get-access-token", "--resource-type", "ms-graph", "--output", "json"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)  # noqa: S603 - fixed words
        return str(json.loads(done.stdout)["accessToken"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise NoTokenError(
            f"no token from the Azure CLI ({type(error).__name__}): run az login, or set GRAPH_TOKEN"
        ) from None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _nothing(line: str) -> None:
    """Say nothing of the look before the change."""


def _complain(line: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())

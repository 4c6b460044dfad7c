"""Whoever could sign in as a registration, or as its service principal, without being in the plan.

A registration and its service principal ("enterprise application") each have owners, secrets and certificates of their own, and
one of either signs in as both: https://learn.microsoft.com/graph/api/resources/serviceprincipal ("passwordCredentials").
"""

from collections.abc import Iterator
from typing import Any

from infra.entra.graph import Graph, Json
from infra.entra.plan import ForeignError, Plan
from infra.entra.wanted import Registration

CREDENTIALS = "passwordCredentials,keyCredentials"


def none_in_registration(graph: Graph, plan: Plan, found: Json, wanted: Registration, me: str) -> None:
    """Look at the owners, the trusts and the secrets of a registration.

    Raises:
        ForeignError: one is not in the plan.
        GraphRefusedError: Graph refused.
    """
    name, path = f"registration {found['displayName']}", f"/applications/{found['id']}"
    _no_owner(graph, plan, name, path, me)
    trusted = {(each.issuer, each.subject) for each in wanted.trusts}
    foreign = [
        each["name"]
        for each in graph.list(f"{path}/federatedIdentityCredentials")
        if (each["issuer"], each["subject"]) not in trusted
    ]
    if foreign:
        raise ForeignError(f"{name} trusts something that is not in the plan: {', '.join(foreign)}")
    for each in _credentials(found):
        if not wanted.secrets:
            raise ForeignError(
                f"{name} has a secret or certificate ({each}): by the plan it needs none, and whoever has it signs in as this "
                "registration; take it away"
            )
        graph.note(f"{name}: a secret or certificate ({each}); known to you?")


def none_in_principal(graph: Graph, plan: Plan, name: str, found: Json, me: str) -> None:
    """Look at the owners and the secrets of a service principal; by no plan it has any secret.

    Raises:
        ForeignError: there is one.
        GraphRefusedError: Graph refused.
    """
    what = f"enterprise application {name}"
    _no_owner(graph, plan, what, f"/servicePrincipals/{found['id']}", me)
    if held := list(_credentials(found)):
        raise ForeignError(
            f"{what} has a secret or certificate ({', '.join(held)}), which no page of the admin centre shows: whoever has it "
            "signs in as this registration; take it away (Graph: removePassword, removeKey)"
        )


def _no_owner(graph: Graph, plan: Plan, what: str, path: str, me: str) -> None:
    known = {*plan.owners, me}
    strangers = [each["id"] for each in graph.list(f"{path}/owners?$select=id") if each["id"] not in known]
    if strangers:
        raise ForeignError(f"{what} has an owner who is not in the plan: {', '.join(strangers)}")


def _credentials(found: Json) -> Iterator[str]:
    held: list[dict[str, Any]] = [
        *(found.get("passwordCredentials") or ()),
        *(found.get("keyCredentials") or ()),
    ]
    for each in held:
        yield f"{each.get('keyId', 'without an id')}, ends {each.get('endDateTime', '?')}"

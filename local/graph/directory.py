"""The people, groups and role grants of the local tenant, and the questions asked of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.graph.errors import not_found
from local.graph.records import Grant, Group, User

if TYPE_CHECKING:
    from collections.abc import Iterable


class Directory:
    """Look-ups over users, groups and grants. Ids and user principal names are compared without case."""

    def __init__(self, users: Iterable[User], groups: Iterable[Group], grants: Iterable[Grant]) -> None:
        """Keep the records; the order of groups is the order of lists."""
        self.users = {user.id.lower(): user for user in users}
        self.groups = {group.id.lower(): group for group in groups}
        self.grants = list(grants)

    def user(self, key: str) -> User:
        """Return the account with this object id or user principal name.

        :raises GraphError: 404 if there is none, or it is soft-deleted.
        """
        wanted = key.lower()
        found = self.users.get(wanted) or next(
            (u for u in self.users.values() if u.upn.lower() == wanted), None
        )
        if found is None or found.deleted:
            raise not_found(key)
        return found

    def take_in(self, user: User, *, like: str) -> None:
        """Add an account with the direct memberships and grants of another one."""
        self.users[user.id.lower()] = user
        for group in self.groups.values():
            if like in group.members:
                group.members.append(user.id)
        self.grants += [
            replace(grant, id=f"{grant.id}-{user.id}", principal=user.id)
            for grant in self.grants
            if grant.principal == like
        ]

    def transitive_groups(self, principal: str) -> list[Group]:
        """Return every group and unit that holds the principal, directly or through other groups."""
        found: dict[str, Group] = {}
        frontier = {principal.lower()}
        while frontier:
            holders = [
                group
                for key, group in self.groups.items()
                if key not in found and frontier & {member.lower() for member in group.members}
            ]
            found.update((group.id.lower(), group) for group in holders)
            # An administrative unit does not hand membership on.
            frontier = {group.id.lower() for group in holders if not group.unit}
        return [group for key, group in self.groups.items() if key in found]

    def transitive_group_ids(self, principal: str) -> frozenset[str]:
        """Return the ids of :meth:`transitive_groups`, units excluded."""
        return frozenset(group.id for group in self.transitive_groups(principal) if not group.unit)

    def granted(self, principal: str, *, eligible: bool) -> list[Grant]:
        """Return the grants whose principal is exactly this one: nothing inherited, as in Graph."""
        wanted = principal.lower()
        return [
            grant for grant in self.grants if grant.eligible is eligible and grant.principal.lower() == wanted
        ]

    def member_of(self, principal: str, *, readable: bool) -> list[dict[str, Any]]:
        """Return ``transitiveMemberOf``: groups and units first, directory roles last."""
        roles = [
            {
                "@odata.type": "#microsoft.graph.directoryRole",
                "id": f"role-object-{grant.role}",
                "roleTemplateId": grant.role if readable else None,
            }
            for grant in self.granted(principal, eligible=False)
            if grant.scope == "/"
        ]
        return [group.document(readable=readable) for group in self.transitive_groups(principal)] + roles

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the snapshot of the local cloud."""
        return {
            "users": [user.to_json() for user in self.users.values()],
            "groups": [group.to_json() for group in self.groups.values()],
            "grants": [grant.to_json() for grant in self.grants],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Directory:
        """Read what :meth:`to_json` wrote."""
        return cls(
            [User.from_json(item) for item in data["users"]],
            [Group(**item) for item in data["groups"]],
            [Grant(**item) for item in data["grants"]],
        )

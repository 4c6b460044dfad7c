"""Accounts, groups, roles and the pass policy in Microsoft Graph: what the guards ask.

Graph refuses nothing to an app that may make passes, not even for administrators. So every list is read to
its end, an unfiltered one is preferred to a filtered one (whose index may lag), and what cannot be read is a
doubt, never a no.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from shared.adapters.graph_client import GraphConnection
from shared.domain.accounts import AccountFacts, Address
from shared.ports import MissingError, UnavailableError

_PROPERTIES: Final = [
    "id", "userPrincipalName", "displayName", "accountEnabled", "userType", "creationType",
    "externalUserState", "mail", "otherMails", "department", "employeeId", "lastPasswordChangeDateTime",
]  # fmt: skip
_ALL_USERS: Final = "all_users"


@dataclass(frozen=True, slots=True)
class _Memberships:
    """Groups of an account; ``may_hold_roles``: those that could carry a role; ``roles`` seen on the way."""

    groups: frozenset[str]
    may_hold_roles: frozenset[str]
    roles: frozenset[str]


class GraphDirectory:
    """Implements the port ``Directory``.

    Needs the app roles ``User.Read.All``, ``GroupMember.Read.All``, ``RoleManagement.Read.Directory``,
    ``Policy.Read.AuthenticationMethod`` and ``UserAuthenticationMethod.Read.All``.
    """

    def __init__(self, connection: GraphConnection) -> None:
        self._connection = connection

    async def facts(self, subject: str) -> AccountFacts | None:
        """Everything the guards need, or None when there is no such account.

        ``subject`` is an object id; a user principal name works too (the counter knows no id yet).

        Raises:
            ForbiddenError: a permission is missing.
        """
        user = await self._user(subject, _PROPERTIES)
        if user is None:
            return None
        memberships, policy, emails = await asyncio.gather(
            self._memberships(user.id), self._policy(), self._emails(user.id)
        )
        principals = [user.id, *sorted(memberships.may_hold_roles)]
        active, eligible = await asyncio.gather(
            self._active_roles(principals), self._eligible_roles(principals)
        )
        return AccountFacts(
            oid=user.id,
            upn=user.user_principal_name or "",
            display_name=user.display_name or "",
            enabled=user.account_enabled is True,
            member=_is_member(user),
            affiliation=user.department or "",
            employee_id=user.employee_id or "",
            groups=memberships.groups,
            directory_roles=memberships.roles | active,
            eligible_roles=eligible,
            in_pass_policy=_covers(policy, memberships.groups),
            pass_minutes=_minimum(policy),
            addresses=_addresses(user, emails),
            password_changed_at=_utc(user.last_password_change_date_time),
        )

    async def find(self, account: str) -> str | None:
        """Object id of the account with this user principal name; None when there is none.

        Raises:
            ForbiddenError: a permission is missing.
        """
        user = await self._user(account, ["id"])
        return None if user is None else str(user.id)

    async def employee_id(self, subject: str) -> str:
        """The employee id of an account, empty when it has none or does not exist."""
        user = await self._user(subject, ["employeeId"])
        return "" if user is None else user.employee_id or ""

    async def _user(self, subject: str, properties: list[str]) -> Any:  # noqa: ANN401 - SDK model or None
        from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

        query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=properties)
        try:
            found = await self._connection.repeatable(
                "GET user", lambda r: r.graph.users.by_user_id(subject).get(r.configuration()), query=query
            )
        except MissingError:
            return None
        if found is None:
            raise UnavailableError("Graph GET user: an empty answer")
        return found

    async def _memberships(self, oid: str) -> _Memberships:
        found = await self._connection.every(
            "GET transitiveMemberOf", lambda graph: graph.users.by_user_id(oid).transitive_member_of
        )
        roles = {each.role_template_id or each.id for each in found if _is(each, "directoryRole")}
        groups = [
            each for each in found if not _is(each, "directoryRole") and not _is(each, "administrativeUnit")
        ]
        return _Memberships(
            groups=frozenset(each.id for each in groups),
            may_hold_roles=frozenset(each.id for each in groups if _may_hold_roles(each)),
            roles=frozenset(roles),
        )

    async def _policy(self) -> Any:  # noqa: ANN401 - SDK model
        def get(request: Any) -> Any:  # noqa: ANN401 - SDK types
            configurations = (
                request.graph.policies.authentication_methods_policy.authentication_method_configurations
            )
            one = configurations.by_authentication_method_configuration_id("temporaryAccessPass")
            return one.get(request.configuration())

        return await self._connection.repeatable("GET temporaryAccessPass policy", get)

    async def _emails(self, oid: str) -> list[str]:
        found = await self._connection.every(
            "GET emailMethods", lambda graph: graph.users.by_user_id(oid).authentication.email_methods
        )
        return [each.email_address for each in found if each.email_address]

    async def _active_roles(self, principals: list[str]) -> frozenset[str]:
        from msgraph.generated.role_management.directory.role_assignments import (
            role_assignments_request_builder as module,
        )

        query = module.RoleAssignmentsRequestBuilder.RoleAssignmentsRequestBuilderGetQueryParameters
        found: set[str] = set()
        for principal in principals:
            assignments = await self._connection.every(
                "GET roleAssignments",
                lambda graph: graph.role_management.directory.role_assignments,
                query=query(filter=f"principalId eq '{principal}'"),
            )
            found |= {each.role_definition_id or each.id for each in assignments}
        return frozenset(found)

    async def _eligible_roles(self, principals: list[str]) -> frozenset[str]:
        from msgraph.generated.role_management.directory.role_eligibility_schedule_instances import (
            role_eligibility_schedule_instances_request_builder as module,
        )

        builder = module.RoleEligibilityScheduleInstancesRequestBuilder
        query = builder.RoleEligibilityScheduleInstancesRequestBuilderGetQueryParameters
        found: set[str] = set()
        for principal in principals:
            instances = await self._connection.every(
                "GET roleEligibilityScheduleInstances",
                lambda graph: graph.role_management.directory.role_eligibility_schedule_instances,
                query=query(filter=f"principalId eq '{principal}'"),
            )
            found |= {each.role_definition_id or each.id for each in instances}
        return frozenset(found)


def _is(found: Any, kind: str) -> bool:  # noqa: ANN401 - SDK model
    return bool(found.odata_type == f"#microsoft.graph.{kind}")


def _may_hold_roles(group: Any) -> bool:  # noqa: ANN401 - SDK model
    """Whether a role could come through this group: it is role-assignable, or we are not shown what it is.

    A group that the app may not read comes with its id and nothing else
    (https://learn.microsoft.com/graph/permissions-overview, "limited information returned").
    """
    readable = getattr(group, "display_name", None) is not None
    return not readable or getattr(group, "is_assignable_to_role", None) is True


def _is_member(user: Any) -> bool:  # noqa: ANN401 - SDK model
    external = user.external_user_state is not None or user.creation_type == "Invitation"
    return (
        user.user_type == "Member"
        and not external
        and "#ext#" not in (user.user_principal_name or "").lower()
    )


def _covers(policy: Any, groups: frozenset[str]) -> bool:  # noqa: ANN401 - SDK model
    """Whether the policy lets a member of these groups sign in with a pass; exclusion wins."""
    if policy is None or policy.state is None or policy.state.value != "enabled":
        return False
    included = {target.id for target in policy.include_targets or []}
    excluded = {target.id for target in policy.exclude_targets or []}
    return not groups & excluded and (_ALL_USERS in included or bool(groups & included))


def _minimum(policy: Any) -> int:  # noqa: ANN401 - SDK model
    minutes = getattr(policy, "minimum_lifetime_in_minutes", None)
    if minutes is None:
        raise UnavailableError("Graph GET temporaryAccessPass policy: no minimum lifetime")
    return int(minutes)


def _utc(at: datetime | None) -> datetime | None:
    """An instant of Graph in UTC; its stamps are aware."""
    return at.astimezone(UTC) if at is not None else None


def _addresses(user: Any, emails: list[str]) -> tuple[Address, ...]:  # noqa: ANN401 - SDK model
    """Addresses on file, each once in any case, the account's own mailbox last."""
    own = {value.lower() for value in (user.mail, user.user_principal_name) if value}
    listed = [*(user.other_mails or []), *emails, *([user.mail] if user.mail else [])]
    once = {value.lower(): value for value in reversed(listed) if value}
    found = [
        Address(value=once[key], own_mailbox=key in own)
        for key in dict.fromkeys(v.lower() for v in listed if v)
    ]
    return tuple(sorted(found, key=lambda address: address.own_mailbox))

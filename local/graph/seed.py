"""Turns the sample people and groups into directory records."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.graph.directory import Directory
from local.graph.methods import Method
from local.graph.records import Grant, Group, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local import people as sample

_DETAIL_PROPERTY = {"email": "emailAddress", "phone": "phoneNumber", "microsoftAuthenticator": "displayName"}


def _method(method: sample.Method) -> Method:
    details: dict[str, Any] = {}
    if method.detail:
        details[_DETAIL_PROPERTY.get(method.kind, "displayName")] = method.detail
    if method.phone_type:
        details["phoneType"] = method.phone_type
    return Method(
        kind=method.kind, id=method.id, created=datetime.fromisoformat(method.created), details=details
    )


def user_record(person: sample.Person) -> User:
    """Return the person's account as it starts."""
    methods = [_method(method) for method in person.methods]
    return User(
        id=person.oid,
        upn=person.upn,
        name=person.name,
        mail=person.mailbox,
        other_mails=list(person.other_mails),
        enabled=person.enabled,
        user_type=person.user_type,
        external=person.external,
        faculty=person.faculty,
        affiliation=person.affiliation,
        employee_id=person.employee_id,
        methods=methods,
        default_method=next((m.id for m in methods if m.kind in {"microsoftAuthenticator", "phone"}), None),
    )


def build_directory(
    people: Iterable[sample.Person],
    groups: Iterable[sample.Group],
    units: Iterable[sample.AdministrativeUnit],
) -> Directory:
    """Return a fresh directory; the order of the groups is kept, units come last."""
    people, groups = list(people), list(groups)
    records = [
        Group(id=g.id, name=g.name, members=list(g.members), assignable=g.is_assignable_to_role)
        for g in groups
    ]
    records += [Group(id=unit.id, name=unit.name, members=list(unit.members), unit=True) for unit in units]
    holders = [(p.oid, p.directory_roles, False) for p in people]
    holders += [(g.id, g.directory_roles, False) for g in groups]
    holders += [(g.id, g.eligible_roles, True) for g in groups]
    grants = [
        Grant(
            id=f"{'eligible' if eligible else 'active'}-{principal}-{role}",
            principal=principal,
            role=role,
            eligible=eligible,
        )
        for principal, roles, eligible in holders
        for role in roles
    ]
    return Directory([user_record(person) for person in people], records, grants)

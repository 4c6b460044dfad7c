"""Callers without a browser: what their access token says, and what it lets them do."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

FORMS_ROLE: Final = "Forms.Submit"
"""App role of our API that the application of the form's flow is assigned."""
APPLY_SCOPE: Final = "Applications.Submit"
"""Delegated permission of our API: apply for the signed-in user, and read how that application stands."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a verified access token says.

    Attributes:
        oid: Object id of the person, or of the application if nobody is signed in.
        client: Application id of whoever asked for the token.
        confidential: That application proved itself by a secret or a certificate.
        app_only: It speaks for itself, nobody is signed in.
        scopes: What a signed-in person lets the application do; empty if ``app_only``.
        roles: App roles: of the application if ``app_only``, otherwise the person's.
    """

    oid: str
    client: str
    confidential: bool
    app_only: bool
    scopes: frozenset[str]
    roles: frozenset[str]


def may_send_forms(caller: Caller) -> bool:
    """Whether this is a flow that may send responses: an application by itself, with the app role."""
    return caller.app_only and FORMS_ROLE in caller.roles


def may_apply(caller: Caller, frontends: Collection[str]) -> bool:
    """Whether this is a frontend on the list that speaks for its signed-in user, with the permission.

    A public client (an app on a phone, a page's script) keeps no secret, so anybody could pretend to be it: refused.
    """
    known = caller.client.casefold() in {each.casefold() for each in frontends}
    return not caller.app_only and caller.confidential and known and APPLY_SCOPE in caller.scopes

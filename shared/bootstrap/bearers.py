"""Callers without a browser: the access tokens they bring, made for this service's API."""

from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.chosen import settings
from shared.bootstrap.visitors import issuer

if TYPE_CHECKING:
    from shared.adapters.access_tokens import AccessTokens
    from shared.ports import FormTokens


@cache
def access_tokens() -> "AccessTokens":
    """Validates the access tokens of this tenant for the service's API."""
    from shared.adapters.access_tokens import AccessTokens

    given = settings()
    return AccessTokens(issuer(), tenant_id=given.tenant_id, audience=given.api_client_id)


@cache
def form_tokens() -> "FormTokens":
    """Verifies the tokens of the flow that sends form responses."""
    from shared.adapters.form_tokens import EntraFormTokens

    return EntraFormTokens(access_tokens())

"""Callers without a browser: the access tokens they bring, made for this service's API, and the map of the forms."""

import asyncio
import hmac
import time
from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.chosen import settings
from shared.bootstrap.visitors import issuer

if TYPE_CHECKING:
    from shared.adapters.access_tokens import AccessTokens
    from shared.domain.callers import Caller
    from shared.ports import Forms, FormTokens


async def read_access_token(token: str) -> "Caller | None":
    """Who calls with this access token; None if it must not be believed.

    Raises:
        UnavailableError: the issuer's keys cannot be read: neither believed nor refused.
    """
    from shared.adapters.id_tokens import IssuerUnavailableError, WrongTokenError
    from shared.ports import UnavailableError

    try:
        return await asyncio.to_thread(access_tokens().verify, token, at=time.time())
    except WrongTokenError:
        return None
    except IssuerUnavailableError as error:
        raise UnavailableError(f"verify an access token: {error}") from error


def frontends() -> tuple[str, ...]:
    """Application ids of the other frontends that may use the JSON API; none: the API is off."""
    return settings().api_frontends


def form_key_opens(key: str) -> bool:
    """Whether this is the shared key of a flow that cannot get a token, where such a flow is accepted."""
    given = settings()
    expected = given.forms_fallback_key.get_secret_value()
    if not given.forms_without_token or not expected:
        return False
    return hmac.compare_digest(key.encode(), expected.encode())


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


@cache
def forms() -> "Forms":
    """The forms whose responses are taken."""
    from shared.adapters.forms_file import FormsFile

    given = settings()
    return FormsFile(given.forms_file, domains=given.forms_domains or (given.tenant_domain,))

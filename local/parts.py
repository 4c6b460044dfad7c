"""What the local host puts into the service in place of the cloud's own: clock, credentials, the way to the issuer.

Only addresses and credentials differ from the cloud; every adapter is the shipped one.
"""

import os
import time
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import requests
from azure.core.credentials import AccessToken, AzureKeyCredential
from requests.adapters import HTTPAdapter

from local import clock
from local.configuration import AUTHORITY_ORIGIN, TENANT_ID
from local.mail.store import ACCESS_KEY
from shared import bootstrap

_EARLY_SECONDS = 300


class BusinessClock:
    """The port ``Clock`` over the local business clock, which the control door moves."""

    def now(self) -> datetime:
        """The business now, UTC."""
        return clock.now()


class ToLocalIssuer(HTTPAdapter):
    """Sends what is meant for the issuer's https address to the local cloud: MSAL insists on https."""

    def __init__(self, local_url: str) -> None:
        super().__init__()
        self._local = urlsplit(local_url)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        """Change scheme and host, nothing else."""
        parts = urlsplit(request.url or "")
        request.url = urlunsplit(parts._replace(scheme=self._local.scheme, netloc=self._local.netloc))
        return super().send(request, *args, **kwargs)


class LocalIdentity:
    """This process's identity at the local issuer: a client-credentials token, as a managed identity would get one."""

    def __init__(self, local_url: str, client_id: str, secret: str) -> None:
        self._url = f"{local_url}/{TENANT_ID}/oauth2/v2.0/token"
        self._client_id = client_id
        self._secret = secret
        self._held: AccessToken | None = None

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - the SDK's options
        """A token for these scopes; the held one while it lives."""
        if self._held is not None and self._held.expires_on - time.time() > _EARLY_SECONDS:
            return self._held
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret,
            "scope": " ".join(scopes),
        }
        async with aiohttp.ClientSession() as session, session.post(self._url, data=form) as answer:
            answer.raise_for_status()
            token = await answer.json()
        self._held = AccessToken(token["access_token"], int(time.time()) + int(token["expires_in"]))
        return self._held

    async def close(self) -> None:
        """Nothing is kept open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def install() -> None:
    """Put the local parts in; the host calls this before the app is indexed."""
    local_url = os.environ["REREGISTER_LOCAL_URL"]
    bootstrap.use(
        bootstrap.Parts(
            clock=BusinessClock(),
            http_session=lambda: _session(local_url),
            graph_credential=lambda: LocalIdentity(
                local_url, os.environ["REREGISTER_IDENTITY"], os.environ["REREGISTER_IDENTITY_SECRET"]
            ),
            mail_credential=lambda: AzureKeyCredential(ACCESS_KEY),
            entra_page=local_url,
        )
    )


def _session(local_url: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount(AUTHORITY_ORIGIN, ToLocalIssuer(local_url))
    return session

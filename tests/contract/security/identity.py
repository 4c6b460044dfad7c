"""What the platform gives an app with a managed identity."""

import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from local import configuration
from tests.contract.security.conftest import Tenant


class Identity:
    """Its tokens, from the local issuer."""

    def __init__(self, tenant: Tenant, client_id: str) -> None:
        self._address = f"{tenant.cloud.settings.local_url}/{configuration.TENANT_ID}/oauth2/v2.0/token"
        self._client_id = client_id
        self.asked: list[str] = []
        self.broken = False

    def get_token(self, *scopes: str, **_options: object) -> AccessToken:
        self.asked += scopes
        if self.broken:
            raise ClientAuthenticationError("a text with a token")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": configuration.local_secret(self._client_id),
            "scope": " ".join(scopes),
        }
        answer = requests.post(self._address, data=form, timeout=10)
        return AccessToken(answer.json()["access_token"], 0)

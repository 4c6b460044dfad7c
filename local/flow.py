"""The Power Automate flow of the local run: gets a token as the flow's application and posts a response, as the platform does.

Its retries are those of the platform's default policy: up to four, on 408, 429 and 5xx
(https://learn.microsoft.com/azure/logic-apps/logic-apps-exception-handling), only quicker.
"""

import json
import time
import uuid
from pathlib import Path
from typing import Any, Final

import requests

from local import configuration

API_SCOPE: Final = f"api://{configuration.API_CLIENT_ID}/.default"
PATH: Final = "/api/webhooks/forms"
_RETRIES: Final = 4
_PAUSE: Final = 0.4
_RETRIED: Final = frozenset({408, 429})


def sample_form() -> tuple[str, dict[str, Any]]:
    """The id of the sample form, and what `local/forms.json` says of it."""
    forms = json.loads(configuration.FORMS_FILE.read_text("utf-8"))["forms"]
    form, entry = next(iter(forms.items()))
    return str(form), dict(entry)


def new_run() -> str:
    """A name as the platform gives to a run: the same across retries, another one when somebody resubmits."""
    return f"0858{uuid.uuid4().int % 10**20:020d}CU12"


class Flow:
    """The flow: whose application it is and where it posts to."""

    def __init__(self, app: str, local: str, client_id: str = configuration.FORMS_CLIENT_ID) -> None:
        self._app = app
        self._local = local
        self._client_id = client_id
        self._http = requests.Session()
        self._http.trust_env = False

    def token(self, scope: str = API_SCOPE) -> str:
        """An app-only token by client credentials, as the HTTP action gets one."""
        answer = self._http.post(
            f"{self._local}/{configuration.TENANT_ID}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": configuration.local_secret(self._client_id),
                "scope": scope,
            },
            timeout=30,
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def post(self, response: dict[str, Any]) -> requests.Response:
        """Post a response, again and again while the service asks for it; the last answer."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        for attempt in range(_RETRIES + 1):
            answer = self._http.post(f"{self._app}{PATH}", json=response, headers=headers, timeout=120)
            again = answer.status_code in _RETRIED or answer.status_code >= requests.codes.server_error
            if not again or attempt == _RETRIES:
                return answer
            time.sleep(_PAUSE * 2**attempt)
        raise AssertionError("unreachable")


def recorded(path: Path, **changes: object) -> dict[str, Any]:
    """A recorded response with changes."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found | changes

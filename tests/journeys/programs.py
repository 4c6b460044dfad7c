"""Callers without a browser, for journeys: the flow of a form, and another frontend with its signed-in user."""

import json
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from local import configuration
from local.entra.registrations import API_URI, FRONTEND_REDIRECT_URI
from local.flow import Flow
from local.visitor import Visitor
from shared.domain.callers import APPLY_SCOPE
from tests.journeys.town import Case, Town

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "forms"
REASON, DETAILS = "r1a2b3c4d5e6f708192a3b4c5d6e7f809", "r99aa88bb77cc66dd55ee44ff33001122"
FORMS = "/api/webhooks/forms"
APPLICATIONS = "/api/applications"


def flow_of(town: Town) -> Flow:
    """The flow of this stack."""
    return Flow(town.stack.app, town.stack.local)


def response(name: str = "new_phone", **changes: object) -> dict[str, Any]:
    """A recorded response under a number of its own, with changes."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return found | {"response_id": time.time_ns() // 1000} | changes


def send(town: Town, body: object = None, *, token: str | None = None, **options: Any) -> requests.Response:  # noqa: ANN401
    """Post to the webhook once, without the platform's retries; ``token`` is the flow's unless another is given."""
    bearer = flow_of(town).token() if token is None else token
    headers = {"Authorization": f"Bearer {bearer}", "Accept-Language": "en", **options.pop("headers", {})}
    if body is not None:
        options["json"] = body
    return requests.post(f"{town.stack.app}{FORMS}", headers=headers, timeout=60, **options)


def answers_form(town: Town, person: Visitor, sample: str = "new_phone", **changes: object) -> Case:
    """Somebody answers the form, and the flow brings it."""
    answer = send(town, response(sample, responder=person.upn, **changes))
    assert answer.status_code == requests.codes.accepted, answer.text
    taken = answer.json()
    return Case(town, person, taken["id"], taken["reference"], taken)


def user_token(town: Town, person: Visitor, scope: str = APPLY_SCOPE) -> str:
    """An access token that the person delegated to the other frontend."""
    entra = f"{town.stack.local}/{configuration.TENANT_ID}/oauth2/v2.0"
    asked = {
        "client_id": configuration.FRONTEND_CLIENT_ID,
        "redirect_uri": FRONTEND_REDIRECT_URI,
        "response_type": "code",
        "scope": f"openid {API_URI}/{scope}",
        "state": secrets.token_hex(8),
        "nonce": secrets.token_hex(8),
        "as": person.upn,
    }
    back = requests.get(f"{entra}/authorize", params=asked, allow_redirects=False, timeout=30)
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    form = {
        "grant_type": "authorization_code",
        "client_id": configuration.FRONTEND_CLIENT_ID,
        "client_secret": configuration.local_secret(configuration.FRONTEND_CLIENT_ID),
        "redirect_uri": FRONTEND_REDIRECT_URI,
        "code": code,
    }
    answer = requests.post(f"{entra}/token", data=form, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def call(
    town: Town,
    method: str,
    path: str,
    token: str,
    **options: Any,  # noqa: ANN401 - passed on to requests
) -> requests.Response:
    """Call the JSON API with a token."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **options.pop("headers", {})}
    return requests.request(method, f"{town.stack.app}{path}", headers=headers, timeout=60, **options)

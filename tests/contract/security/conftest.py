"""The local Entra on a port of its own, the session that leads to it, and a browser that signs people in."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
import requests
from aiohttp import web
from requests.adapters import HTTPAdapter

from local import configuration, people
from local.cloud import Cloud, make_app
from local.configuration import Configuration
from shared.adapters.id_tokens import IdTokens, Issuer
from shared.adapters.msal_sign_in import AppRegistration, SignIn, SignInKind
from tests.azurite import free_ports

LINK_AUTH_CONTEXT = "c2"


@dataclass
class Road(HTTPAdapter):
    """Leads https://entra.localhost to the local cloud; counts the calls, and can break or change the answers."""

    port: int
    calls: list[str] = field(default_factory=list)
    broken: bool = False
    change: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401
        assert request.url is not None
        path = urlsplit(request.url).path
        self.calls.append(path.rpartition("/")[2])
        if self.broken:
            raise requests.ConnectionError("refused")
        assert options["timeout"] is not None
        request.url = request.url.replace(configuration.AUTHORITY_ORIGIN, f"http://127.0.0.1:{self.port}")
        answer = super().send(request, **options)
        if self.change is not None and path.endswith("/token") and answer.ok:
            answer._content = json.dumps(self.change(answer.json())).encode()
        return answer


@dataclass(frozen=True)
class Tenant:
    """The local Entra, and our side of it."""

    cloud: Cloud
    road: Road
    session: requests.Session
    issuer: Issuer
    sign_in: SignIn

    async def browse(self, address: str, upn: str) -> dict[str, str]:
        """The query with which the browser comes back after ``upn`` signed in; empty if it does not come back."""
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(f"{address}&as={upn}", allow_redirects=False) as answer,
        ):
            location = answer.headers.get("Location", "")
            return dict(parse_qsl(urlsplit(location).query))

    def tokens(self, *, auth_context: str = "c1") -> IdTokens:
        """A validator of staff tokens."""
        return IdTokens(
            self.issuer,
            tenant_id=configuration.TENANT_ID,
            client_id=configuration.STAFF_CLIENT_ID,
            auth_context=auth_context,
        )


def person(kind: str) -> people.Person:
    """The first sample person of a kind."""
    return next(each for each in people.PEOPLE if each.kind == kind)


@pytest.fixture
def road() -> Iterator[Road]:
    road = Road(port=free_ports(1)[0])
    yield road
    road.close()


@pytest.fixture
async def tenant(road: Road, tmp_path: Path) -> AsyncIterator[Tenant]:
    cloud = Cloud(Configuration(local_port=road.port, scratch=tmp_path))
    runner = web.AppRunner(make_app(cloud))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", road.port).start()
    with requests.Session() as session:
        session.trust_env = False
        session.mount(configuration.AUTHORITY_ORIGIN, road)
        issuer = Issuer(configuration.ISSUER, session)
        yield Tenant(cloud, road, session, issuer, sign_in_by(issuer, cloud.settings.base_url))
    await runner.cleanup()


def secret_of(client_id: str) -> str:
    return configuration.local_secret(client_id)


def sign_in_by(
    issuer: Issuer, base_url: str, proof: Callable[[str], str | Callable[[], str]] = secret_of
) -> SignIn:
    """Our side of signing in; ``proof`` says for a client id what proves that we are it."""
    ids = {
        SignInKind.APPLICANT: configuration.APPLICANT_CLIENT_ID,
        SignInKind.STAFF: configuration.STAFF_CLIENT_ID,
        SignInKind.LINKER: configuration.APPLICANT_CLIENT_ID,
    }
    return SignIn(
        issuer,
        {kind: AppRegistration(client_id, proof(client_id)) for kind, client_id in ids.items()},
        redirect_uri=f"{base_url}/auth/callback",
        tenant_id=configuration.TENANT_ID,
        auth_context=configuration.STAFF_AUTH_CONTEXT,
        link_auth_context=LINK_AUTH_CONTEXT,
    )

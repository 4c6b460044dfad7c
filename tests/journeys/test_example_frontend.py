"""The example of another frontend in the documents runs: its user signs in there, applies, and sees how it stands."""

import importlib.util
from collections.abc import AsyncIterator
from types import ModuleType

import aiohttp
import pytest
import requests
from aiohttp import web

from local import configuration
from local.azurite import ROOT
from local.entra.registrations import FRONTEND_REDIRECT_URI
from local.parts import ToLocalIssuer
from local.visitor import eventually
from tests.azurite import free_ports
from tests.journeys.town import Town

PLACE = FRONTEND_REDIRECT_URI.removesuffix("/callback")


def example(town: Town, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, with the settings of this stack."""
    settings = {
        "RECOVERY_URL": town.stack.app,
        "CALLBACK": FRONTEND_REDIRECT_URI,
        "API_CLIENT_ID": configuration.API_CLIENT_ID,
        "CLIENT_ID": configuration.FRONTEND_CLIENT_ID,
        "CLIENT_SECRET": configuration.local_secret(configuration.FRONTEND_CLIENT_ID),
        "AUTHORITY": configuration.ISSUER,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("frontend", ROOT / "docs" / "examples" / "frontend.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def frontend(town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Its address; the registered redirect address names another port, which the test's browser replaces."""
    with requests.Session() as session:
        session.trust_env = False
        session.mount(configuration.AUTHORITY_ORIGIN, ToLocalIssuer(town.stack.local))
        runner = web.AppRunner(example(town, monkeypatch).make_app(session))
        await runner.setup()
        port = free_ports(1)[0]
        await web.TCPSite(runner, "localhost", port).start()
        yield f"http://localhost:{port}"
        await runner.cleanup()


@pytest.mark.filterwarnings(
    "ignore:response_mode='form_post':UserWarning"
)  # its cookie would be lost on the way back
async def test_the_example_applies_for_its_user_and_shows_how_it_stands(town: Town, frontend: str) -> None:
    student = town.newcomer(signed_in=False)
    async with aiohttp.ClientSession() as browser:
        async with browser.get(frontend, allow_redirects=False) as start:
            authorize = start.headers["Location"]
        async with browser.get(f"{authorize}&as={student.upn}", allow_redirects=False) as signed_in:
            back = signed_in.headers["Location"].replace(PLACE, frontend)
        async with browser.get(back) as form:
            assert 'name="photo"' in await form.text()
        data = aiohttp.FormData({"reason": "lost"})
        data.add_field("photo", town.card(student), filename="card.jpg")
        async with browser.post(f"{frontend}/apply", data=data) as applied:
            text = await applied.text()
            assert applied.status == 200, text
        async with browser.post(f"{frontend}/apply", data={"reason": "lost"}) as refused:
            assert refused.status == 400
            assert "This kind of body" in await refused.text()

    reference, state, *_ = text.replace(":", ",").split(", ")
    assert state in {"submitted", "in_review"}
    eventually(lambda: town.cloud.mails(student.person["mail"][0], reference) or None, "a mail about it")


async def test_without_its_own_sign_in_the_example_lets_nobody_in(town: Town, frontend: str) -> None:
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{frontend}/callback?code=x&state=y") as stranger:
            assert stranger.status == 403
        async with browser.post(f"{frontend}/apply", data={"reason": "lost"}) as nobody:
            assert nobody.status == 400
            assert "access token" in await nobody.text()

"""The door to the provider when the provider does not answer: our page, in a process of its own."""

import json
import subprocess
import sys

from local.azurite import ROOT
from local.configuration import child_environment, from_environment, web_environment
from tests.azurite import free_ports

_START = """
import asyncio, json, sys
import azure.functions as func
from functions.http_verify import bp
start = next(each for each in bp._function_builders if each._function.get_function_name() == "verify_start")
request = func.HttpRequest(
    method="GET",
    url="http://localhost:7071/verify/start",
    headers={"accept-language": "en"},
    params={"next": sys.argv[1]},
    body=b"",
)
answer = asyncio.run(start._function.get_user_function()(request))
told = {"status": answer.status_code, "headers": dict(answer.headers), "body": answer.get_body().decode()}
print(json.dumps(told))
"""


def _answer(wanted: str) -> dict[str, object]:
    settings = from_environment({"REREGISTER_LOCAL_PORT": str(free_ports(1)[0])}, scratch=ROOT)
    environment = child_environment(web_environment(settings))
    ran = subprocess.run(
        [sys.executable, "-c", _START, wanted],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_a_provider_that_does_not_answer_is_told_before_anybody_is_sent_there() -> None:
    answer = _answer("verify")
    headers, body = answer["headers"], str(answer["body"])

    assert answer["status"] == 503
    assert isinstance(headers, dict)
    assert headers["Retry-After"] == "30"
    assert "Location" not in headers
    assert not [name for name in headers if name.lower() == "set-cookie"]
    assert "does not work at the moment" in body
    assert "Other ways" in body


def test_linking_starts_with_the_sign_in_and_another_purpose_is_refused() -> None:
    link, other = _answer("link"), _answer("elsewhere")

    assert link["status"] == 303
    assert isinstance(link["headers"], dict)
    assert link["headers"]["Location"] == "/verify/link"
    assert other["status"] == 400

"""The package is sent as it is, and whoever sends it learns what became of it."""

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra import publish
from tests.infra.scm_site import ScmSite, serving

PACKAGE = b"PK\x03\x04 the package"
DIGEST = hashlib.sha256(PACKAGE).hexdigest()
TOKEN = "SECRET-TOKEN"


@dataclass
class Sender:
    """The command, with a clock that only its pauses move."""

    site: ScmSite
    base: str
    zip: Path
    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def run(self, *, digest: str = DIGEST) -> int:
        return publish.main(
            ["app-worker", str(self.zip), "--sha256", digest],
            base=self.base,
            token=lambda: TOKEN,
            wait=self._wait,
            clock=lambda: self.now,
        )

    def _wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    package = tmp_path / "reregister.zip"
    package.write_bytes(PACKAGE)
    site = ScmSite()
    with serving(site) as base:
        yield Sender(site, base, package)


def test_the_bytes_are_sent_as_they_are_and_nothing_is_built_in_azure(
    sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sender.run() == 0

    assert sender.site.packages == [PACKAGE]
    assert ("POST", "/api/publish?RemoteBuild=false&Deployer=reregister") in sender.site.calls
    assert sender.site.calls[-1] == ("GET", "/api/deployments/new")
    sent = next(
        each for each, call in zip(sender.site.headers, sender.site.calls, strict=True) if call[0] == "POST"
    )
    assert sent["Content-Type"] == "application/zip"
    assert {each["Authorization"] for each in sender.site.headers} == {f"Bearer {TOKEN}"}
    said = capsys.readouterr()
    assert f"app-worker: deployed, sha256 {DIGEST}" in said.out
    assert TOKEN not in said.out + said.err


@pytest.mark.parametrize("digest", ["0" * 64, "", "12ab", "z" * 64])
def test_another_package_than_the_one_meant_is_refused_before_anything_is_sent(
    sender: Sender, capsys: pytest.CaptureFixture[str], digest: str
) -> None:
    assert sender.run(digest=digest) == 1

    assert sender.site.calls == []
    assert "nothing was sent" in capsys.readouterr().err


def test_a_failed_deployment_is_told_with_the_last_lines_of_its_log(
    sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    sender.site.steps = [1, {"id": "new", "status": 3, "status_text": "no room"}]
    sender.site.log = [{"message": "first"}, {"message": "the package\nis broken"}]

    assert sender.run() == 1

    said = capsys.readouterr()
    assert "the deployment failed (status 3 no room)" in said.err
    assert "log: the package is broken\n" in said.out


@pytest.mark.parametrize(("status", "words"), [(-1, "cancelled"), (5, "another one"), (6, "only in part")])
def test_no_other_ending_counts_as_deployed(
    sender: Sender, capsys: pytest.CaptureFixture[str], status: int, words: str
) -> None:
    sender.site.steps = [status]

    assert sender.run() == 1

    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "words"), [(401, "az login"), (403, "Website Contributor"), (503, "unexpected")]
)
def test_whoever_is_not_let_in_sends_nothing_and_learns_why(
    sender: Sender, capsys: pytest.CaptureFixture[str], status: int, words: str
) -> None:
    sender.site.gate = status

    assert sender.run() == 1

    assert sender.site.packages == []
    said = capsys.readouterr()
    assert "nothing was sent" in said.err
    assert words in said.err
    assert TOKEN not in said.out + said.err


@pytest.mark.parametrize(
    ("status", "words"), [(400, "does not take this package"), (409, "under way"), (415, "Flex Consumption")]
)
def test_a_package_that_is_not_taken_is_told(
    sender: Sender, capsys: pytest.CaptureFixture[str], status: int, words: str
) -> None:
    sender.site.taken = (status, "because\n::error::of this")

    assert sender.run() == 1

    said = capsys.readouterr().err
    assert words in said
    assert "because ::error::of this" in said


@pytest.mark.parametrize("answer", [(0, ""), (502, "bad gateway")], ids=["broken off", "gateway"])
def test_no_answer_to_the_package_is_not_taken_for_a_no(
    sender: Sender, capsys: pytest.CaptureFixture[str], answer: tuple[int, str]
) -> None:
    sender.site.taken = answer

    assert sender.run() == 1

    assert "It may be deployed or not: run this again" in capsys.readouterr().err


def test_a_deployment_without_an_end_is_given_up_after_a_bound(
    sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    sender.site.steps = [2]

    assert sender.run() == 1

    assert publish.LONGEST <= sum(sender.pauses) < publish.LONGEST + 60
    said = capsys.readouterr().err
    assert "no end within 15 minutes (last: status 2)" in said
    assert "It may be deployed or not" in said


def test_a_site_that_restarts_meanwhile_is_asked_again(sender: Sender) -> None:
    sender.site.steps = [404, 503, 429, 2, 4]

    assert sender.run() == 0


def test_a_deployment_that_is_never_known_by_its_number_is_looked_for_under_the_latest(
    sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    sender.site.steps = [404] * 6 + [{"id": "other", "status": 3, "status_text": "no archive"}]

    assert sender.run() == 1

    assert "the deployment failed (status 3 no archive)" in capsys.readouterr().err
    assert sender.site.calls[-2:] == [
        ("GET", "/api/deployments/latest"),
        ("GET", "/api/deployments/other/log"),
    ]


def test_another_deployment_under_way_is_named(sender: Sender, capsys: pytest.CaptureFixture[str]) -> None:
    sender.site.gate = 202

    assert sender.run() == 1

    assert "nothing was sent: another deployment is under way" in capsys.readouterr().err
    assert sender.site.packages == []


@pytest.mark.parametrize("body", ["null", "Accepted", "{}"])
def test_what_is_no_number_is_not_asked_for(sender: Sender, body: str) -> None:
    sender.site.taken = (202, body)
    sender.site.steps = [4]

    assert sender.run() == 0

    assert sender.site.calls[-1] == ("GET", "/api/deployments/latest")


def test_rights_that_end_meanwhile_end_the_waiting(
    sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    sender.site.steps = [1, 401]

    assert sender.run() == 1

    assert "It may be deployed or not" in capsys.readouterr().err


@pytest.mark.parametrize("before", ["older", None])
def test_without_a_number_the_deployment_before_is_not_taken_for_this_one(
    sender: Sender, before: str | None
) -> None:
    sender.site.before = before
    sender.site.taken = (202, "")
    sender.site.steps = (
        [{"id": before or "new", "status": 4}, {"id": "new", "status": 4}] if before else [1, 4]
    )

    assert sender.run() == 0

    assert len(sender.pauses) == 2


def test_the_token_goes_to_no_other_host(sender: Sender, capsys: pytest.CaptureFixture[str]) -> None:
    other = ScmSite()
    with serving(other) as elsewhere:
        sender.site.gate, sender.site.elsewhere = 302, f"{elsewhere}/api/deployments/latest"
        assert sender.run() == 1
    assert other.calls == []

    for host in (
        "evil.example",
        "app.scm.azurewebsites.net.evil.example",
        "app.scm.azurewebsites.net@evil.example",
    ):
        arguments = ["app", str(sender.zip), "--sha256", DIGEST, "--scm", host]
        assert publish.main(arguments, token=lambda: TOKEN) == 1
    assert publish.main(["app/../x", str(sender.zip), "--sha256", DIGEST], token=lambda: TOKEN) == 1
    assert capsys.readouterr().err.count("nothing was sent") == 5


def test_without_a_sign_in_nothing_is_sent(
    sender: Sender, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The CLI is asked by a command line that holds nothing secret."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert publish.main(["app", str(sender.zip), "--sha256", DIGEST], base=sender.base) == 1

    assert sender.site.calls == []
    assert "run az login" in capsys.readouterr().err


def test_the_token_is_that_of_the_cli(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def az(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, stdout='{"accessToken": "SECRET-TOKEN"}')

    monkeypatch.setattr(subprocess, "run", az)
    arguments = ["app", str(sender.zip), "--sha256", DIGEST]

    assert publish.main(arguments, base=sender.base, wait=lambda _: None) == 0

    assert asked == [["az", "account", "get-access-token", "--output", "json"]]
    assert sender.site.headers[0]["Authorization"] == f"Bearer {TOKEN}"

"""What a deployment asks before and after the package is sent: who built it, and whether it is what runs."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra import provenance, ready
from package.contents import MARK
from tests.infra.scm_site import ScmSite, serving

RUN = "1234567890"
COMMIT = "a" * 40
REPOSITORY = "example/reregister"


class Service(ScmSite):
    """The service after a deployment: what it says, one after the other; the last one stays."""

    def __init__(self, *said: tuple[int, object]) -> None:
        super().__init__()
        self.said = list(said)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        del method, body
        assert path == "/health/ready"
        status, said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        return status, said if isinstance(said, str) else json.dumps(said)


def says(web: str, worker: str, *checks: str) -> dict[str, Any]:
    return {"status": "ok", "checks": list(checks), "packages": {"web": web, "worker": worker}}


def wait_for(service: Service, folder: Path, *, mark: str | None = "new") -> tuple[int, float]:
    package = folder / "it.zip"
    with zipfile.ZipFile(package, "w") as out:
        out.writestr("host.json", "{}")
        if mark:
            out.writestr(MARK, mark)
    now = [0.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    with serving(service) as base:
        return ready.main([f"{base}/", str(package)], wait=wait, clock=lambda: now[0]), now[0]


def test_the_older_version_that_is_ready_is_waited_out(tmp_path: Path) -> None:
    service = Service(
        (200, {"status": "ok", "checks": []}),
        (200, says("old", "old")),
        (503, "starting"),
        (200, says("new", "old")),
        (503, says("new", "new", "report_old")),
        (200, says("new", "new")),
    )
    assert wait_for(service, tmp_path) == (0, 50.0)


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ((200, says("new", "old")), "worker runs old where new was deployed"),
        ((200, says("new", "")), "worker runs nothing known"),
        ((200, says("old", "new")), "web runs old"),
        ((503, says("new", "new", "graph_refused")), 'not ready: ["graph_refused"]'),
        ((200, {"status": "ok"}), "does not say which package runs"),
        ((0, ""), "does not answer"),
    ],
)
def test_what_is_still_missing_at_the_end_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], last: tuple[int, object], words: str
) -> None:
    code, waited = wait_for(Service(last), tmp_path)

    assert code == 1
    assert ready.LONGEST <= waited < ready.LONGEST + 60
    assert words in capsys.readouterr().err


def test_a_package_without_a_mark_is_not_waited_for(tmp_path: Path) -> None:
    service = Service((200, says("", "")))
    assert wait_for(service, tmp_path, mark=None) == (1, 0.0)
    assert service.calls == []


class GitHub(ScmSite):
    """As much of GitHub's API as the question needs."""

    def __init__(self) -> None:
        super().__init__()
        self.run: dict[str, Any] = {
            "path": ".github/workflows/package.yml",
            "conclusion": "success",
            "event": "push",
            "head_sha": COMMIT,
            "repository": {"full_name": REPOSITORY},
            "head_repository": {"full_name": REPOSITORY},
        }
        self.compared = "ahead"

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        del method, body
        if path == f"/repos/{REPOSITORY}/actions/runs/{RUN}":
            return 200, json.dumps(self.run)
        if path == f"/repos/{REPOSITORY}/compare/{COMMIT}...main":
            return 200, json.dumps({"status": self.compared})
        return 404, '{"message": "Not Found"}'


def asked(github: GitHub, run: str = RUN) -> int:
    with serving(github) as base:
        environment = {
            "GITHUB_API_URL": base,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": "SECRET-TOKEN",
        }
        return provenance.main([run], environment)


@pytest.mark.parametrize("compared", ["ahead", "identical"])
@pytest.mark.parametrize("event", ["push", "workflow_dispatch"])
def test_a_run_of_package_on_a_commit_of_main_is_proof(compared: str, event: str) -> None:
    github = GitHub()
    github.compared, github.run["event"] = compared, event
    assert asked(github) == 0


@pytest.mark.parametrize(
    ("differs", "words"),
    [
        ({"path": ".github/workflows/check.yml"}, "is no run of .github/workflows/package.yml"),
        ({"path": ".github/workflows/package.yml.yml"}, "is no run of"),
        ({"conclusion": "failure"}, "ended with failure"),
        ({"conclusion": None}, "ended with None"),
        ({"head_repository": {"full_name": "stranger/reregister"}}, "another repository"),
        ({"repository": None}, "another repository"),
        ({"event": "pull_request"}, "was begun by pull_request"),
        ({"head_sha": "b" * 40}, "GitHub answered 404"),
        ({"head_sha": "main"}, "names no commit"),
    ],
)
def test_a_package_of_another_origin_is_refused(
    capsys: pytest.CaptureFixture[str], differs: dict[str, Any], words: str
) -> None:
    github = GitHub()
    github.run |= differs
    assert asked(github) == 1
    said = capsys.readouterr()
    assert words in said.err
    assert "SECRET-TOKEN" not in said.out + said.err


@pytest.mark.parametrize("compared", ["behind", "diverged", None])
def test_a_commit_that_is_not_in_main_is_refused(capsys: pytest.CaptureFixture[str], compared: str) -> None:
    github = GitHub()
    github.compared = compared
    assert asked(github) == 1
    assert "nobody reviewed it" in capsys.readouterr().err


@pytest.mark.parametrize("run", ["", "../../other", "12x", "999"])
def test_a_run_that_is_none_is_refused(run: str) -> None:
    assert asked(GitHub(), run) == 1

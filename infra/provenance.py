"""``python3 -m infra.provenance RUN``: whether this run of GitHub Actions built its package from a commit of the main branch.

Deploy and rollback take the package of any run whose number somebody typed. Only the workflow *package* audits and proves what it
builds, and only commits of main were reviewed. Run in a workflow: it reads ``GITHUB_API_URL``, ``GITHUB_REPOSITORY`` and the
job's token ``GITHUB_TOKEN`` (``actions: read``, ``contents: read``). It ends with 0 if all is so, with 1 if not, and says why.
"""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.calls import NoAnswerError, call, words

WORKFLOW: Final = ".github/workflows/package.yml"
BRANCH: Final = "main"
_EVENTS: Final = frozenset({"push", "workflow_dispatch"})
_SECONDS: Final = 30.0
_OK: Final = 200


class NotProvenError(Exception):
    """The run is not one whose package may be deployed; the text says why."""


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Ask GitHub; 0 if the package may be deployed."""
    if len(arguments) != 1:
        sys.stderr.write("One argument: the number (id) of the run.\n")
        return 1
    try:
        commit = prove(arguments[0], environment)
    except (NotProvenError, NoAnswerError) as error:
        sys.stderr.write(f"Nothing was deployed: {error}\n")
        return 1
    sys.stdout.write(f"built by {WORKFLOW} from {commit}, which is in {BRANCH}\n")
    return 0


def prove(run: str, environment: Mapping[str, str]) -> str:
    """The commit it was built from.

    Raises:
        NotProvenError: another workflow, repository, branch or outcome; or GitHub refused.
        NoAnswerError: GitHub does not answer.
    """
    if not re.fullmatch(r"[0-9]{1,20}", run):
        raise NotProvenError("the number of a run has digits only")
    repository = environment["GITHUB_REPOSITORY"]
    found = _ask(environment, f"/repos/{repository}/actions/runs/{run}")
    wrong = _wrong(found, repository)
    if wrong:
        raise NotProvenError(f"run {run} {wrong}")
    commit = str(found.get("head_sha"))
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise NotProvenError(f"run {run} names no commit")
    compared = _ask(environment, f"/repos/{repository}/compare/{commit}...{BRANCH}")
    if compared.get("status") not in {"ahead", "identical"}:
        raise NotProvenError(f"commit {commit} is not in {BRANCH}: nobody reviewed it")
    return commit


def _wrong(run: Mapping[str, Any], repository: str) -> str:
    if str(run.get("path", "")).partition("@")[0] != WORKFLOW:
        return f"is no run of {WORKFLOW}"
    if run.get("conclusion") != "success":
        return f"ended with {words(str(run.get('conclusion')).encode())}"
    if any(_name(run.get(each)) != repository for each in ("repository", "head_repository")):
        return "belongs to another repository"
    return "" if run.get("event") in _EVENTS else f"was begun by {words(str(run.get('event')).encode())}"


def _name(repository: object) -> object:
    return repository.get("full_name") if isinstance(repository, dict) else None


def _ask(environment: Mapping[str, str], path: str) -> dict[str, Any]:
    headers = {
        "Authorization": f"Bearer {environment['GITHUB_TOKEN']}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    status, body = call("GET", f"{environment['GITHUB_API_URL']}{path}", headers=headers, seconds=_SECONDS)
    if status != _OK:
        raise NotProvenError(f"GitHub answered {status} {words(body)}")
    try:
        said = json.loads(body)
    except ValueError:
        raise NotProvenError("GitHub's answer cannot be read") from None
    return said if isinstance(said, dict) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))

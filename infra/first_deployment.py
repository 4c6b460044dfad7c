"""``python3 -m infra.first_deployment RG ENV``: refuses a first deployment where the vault holds secrets that somebody has set.

``FIRST_DEPLOYMENT=yes`` makes every secret with a value that no process accepts; later it would put that over the real ones. A
vault that cannot be looked at counts as one that holds them. Names and kinds of secrets are read through Azure Resource Manager,
which never gives a value: https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets/list.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

PLACEHOLDER = "placeholder"
"""Content type of what vault.bicep makes; a value that is set afterwards has another, or none."""

_MANAGEMENT = "https://management.azure.com"
_VERSION = "2023-07-01"
_ENOUGH = 120
"""Seconds that an answer may take."""


class UnknownError(Exception):
    """What Azure said does not tell what the vault holds."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0: the first deployment may go on. 1: it must not, or nobody can tell."""
    parser = argparse.ArgumentParser(prog="python3 -m infra.first_deployment", description=__doc__)
    parser.add_argument("group", help="the resource group")
    parser.add_argument("environment", help="dev, test or prod")
    given = parser.parse_args(arguments)
    try:
        held = sorted(_set_by_somebody(given.group, given.environment))
    except UnknownError as error:
        return _refuse(f"It cannot be seen what the vault holds: {error}")
    if held:
        return _refuse(
            f"These secrets were set already: {', '.join(held)}. Deploy without FIRST_DEPLOYMENT "
            "(with azd: azd env set FIRST_DEPLOYMENT no)."
        )
    sys.stdout.write("No secret was set yet: the first deployment may go on.\n")
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"{why}\nThe first deployment was refused.\n")
    return 1


def _set_by_somebody(group: str, environment: str) -> Iterator[str]:
    """Vault and name of each secret that is no placeholder; vaults of our other environments do not count."""
    vaults = _ask("keyvault", "list", "--resource-group", group)
    for vault in _list_of(vaults):
        tags = vault.get("tags") or {}
        if tags.get("service") == "reregister" and tags.get("environment") not in {environment, None}:
            continue
        address = f"{_MANAGEMENT}{_text(vault, 'id')}/secrets?api-version={_VERSION}"
        while address:
            page = _ask("rest", "--method", "get", "--url", address)
            for secret in _list_of(page.get("value") if isinstance(page, dict) else None):
                if (secret.get("properties") or {}).get("contentType") != PLACEHOLDER:
                    yield f"{_text(vault, 'name')}/{_text(secret, 'name')}"
            address = page.get("nextLink")


def _ask(*words: str) -> Any:  # noqa: ANN401 - whatever the command prints
    """What the Azure CLI answers.

    Raises:
        UnknownError: it is not there, failed, took too long, or printed no JSON.
    """
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, the names come from whoever deploys
            ["az", *words, "--output", "json"],  # noqa: S607 - az is wherever they installed it
            capture_output=True, text=True, check=True, timeout=_ENOUGH,
        )  # fmt: skip
        return json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        raise UnknownError(str(error.stderr).strip() or "az failed") from None
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise UnknownError(f"az: {error}") from None


def _list_of(found: object) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UnknownError("an answer of az is not the list that it should be")
    return found


def _text(found: dict[str, Any], key: str) -> str:
    text = found.get(key)
    if not isinstance(text, str) or not text:
        raise UnknownError(f"an answer of az has no {key}")
    return text


if __name__ == "__main__":
    sys.exit(main())

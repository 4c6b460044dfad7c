"""The set-up of Entra ID run against a small tenant."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.entra.__main__ import main
from tests.infra.tenant import TENANT, WEB, Tenant, serving

SAMPLE = Path("infra/entra/sample.json")
STRANGER = "44444444-4444-4444-8444-444444444444"


class Setup:
    """The set-up run against a tenant, with a plan that may be changed."""

    def __init__(self, tenant: Tenant, base: str, folder: Path) -> None:
        self.tenant, self._base, self._file = tenant, base, folder / "plan.json"
        self.plan: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8")) | {
            "tenant_id": TENANT,
            "web_identity": WEB,
            "flow": True,
            "frontends": True,
            "github": {"repository": "example/reregister", "environments": ["test", "production"]},
        }

    def run(self, *options: str) -> int:
        self._file.write_text(json.dumps(self.plan), "utf-8")
        return main(
            [str(self._file), *options],
            base=self._base,
            token=lambda: "SECRET-TOKEN",
            wait=lambda _seconds: None,
        )


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    tenant = Tenant()
    with serving(tenant) as base:
        yield Setup(tenant, base, tmp_path)

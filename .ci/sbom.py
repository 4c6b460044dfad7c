"""Write the list of components (CycloneDX 1.6, JSON): what ships, from the Python pins, and what the local run needs, from npm.

The same pins give the same bytes: no time, no chance, no path of this machine. ``python .ci/sbom.py FILE`` also checks the list
against CycloneDX's own schema, for which it needs the venv of ``make sbom``.
"""

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]
_ROOT_REF: Final = "reregister"
_PIN: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))?"
)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA: Final = re.compile(r"^    #(?: via)? {1,3}(\S.*)$")
_PLATFORM: Final = {
    "implementation_name": "cpython", "implementation_version": "3.13.0", "os_name": "posix", "platform_machine": "x86_64",
    "platform_python_implementation": "CPython", "platform_release": "", "platform_system": "Linux", "platform_version": "",
    "python_full_version": "3.13.0", "python_version": "3.13", "sys_platform": "linux",
}  # fmt: skip
"""Where it runs in the cloud: pins for other systems do not ship."""


def python_components(compiled: str) -> tuple[list[dict[str, Any]], dict[str, set[str]]]:
    """The components of a compiled file, and which of them each one needs (the file itself: what was asked for)."""
    components: dict[str, dict[str, Any]] = {}
    needs: dict[str, set[str]] = {}
    ref, here = "", False
    for line in compiled.splitlines():
        pin = _PIN.match(line)
        if pin:
            marker = (pin["marker"] or "").strip()
            here = not marker or Marker(marker).evaluate(dict(_PLATFORM))
            ref = _purl(pin["name"], pin["version"])
            if here:
                components[ref] = _python_component(ref, canonicalize_name(pin["name"]), pin["version"])
        elif here and (found := _HASH.search(line)):
            components[ref]["externalReferences"][0]["hashes"].append({"alg": "SHA-256", "content": found[1]})
        elif here and (via := _VIA.match(line)) and via[1] != "via":
            needs.setdefault(via[1], set()).add(ref)
    named = {each["name"]: each["bom-ref"] for each in components.values()}
    edges = {named.get(_plain(name), _ROOT_REF): set[str]() for name in needs}
    for name, refs in needs.items():
        edges[named.get(_plain(name), _ROOT_REF)] |= refs
    return list(components.values()), edges


def _plain(name: str) -> str:
    return canonicalize_name(name.partition("[")[0])


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{canonicalize_name(name)}@{version}"


def _python_component(ref: str, name: str, version: str) -> dict[str, Any]:
    page = {"type": "distribution", "url": f"https://pypi.org/project/{name}/{version}/", "hashes": []}
    return _component(ref, name, version, "required") | {"externalReferences": [page]}


def npm_components(lock: str) -> list[dict[str, Any]]:
    """The components of a lock file; none of them ships."""
    components = {}
    for path, each in json.loads(lock)["packages"].items():
        if not path:
            continue
        name = path.rpartition("node_modules/")[2]
        ref = f"pkg:npm/{name.replace('@', '%40')}@{each['version']}"
        algorithm, _, digest = each["integrity"].partition("-")
        hashes = [{"alg": f"SHA-{algorithm.removeprefix('sha')}", "content": base64.b64decode(digest).hex()}]
        components[ref] = _component(ref, name, each["version"], "excluded") | {"hashes": hashes}
    return list(components.values())


def _component(ref: str, name: str, version: str, scope: str) -> dict[str, Any]:
    return {"type": "library", "bom-ref": ref, "name": name, "version": version, "scope": scope, "purl": ref}


def document(compiled: str, lock: str) -> dict[str, Any]:
    """The whole list; its serial number is made of its content."""
    shipped, edges = python_components(compiled)
    components = sorted([*shipped, *npm_components(lock)], key=lambda each: each["bom-ref"])
    value: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": _ROOT_REF,
                "name": _ROOT_REF,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": sorted(edges[ref])} for ref in sorted(edges)],
    }
    serial = uuid5(NAMESPACE_URL, json.dumps(value, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "serialNumber": f"urn:uuid:{serial}",
    } | value


def text() -> str:
    """The list as it is written."""
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    value = document((ROOT / "requirements.txt").read_text("utf-8"), lock)
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write and check it; 1 if it does not fit the schema."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    target, written = Path(sys.argv[1]), text()
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(written)
    if fault is not None:
        print(f"the list does not fit the schema: {fault}", file=sys.stderr)
        return 1
    target.write_text(written, encoding="utf-8")
    scopes = [each["scope"] for each in json.loads(written)["components"]]
    print(
        f"{target}: {scopes.count('required')} components ship, {scopes.count('excluded')} are for the local run only"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

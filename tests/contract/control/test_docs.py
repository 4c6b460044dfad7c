"""docs/local.md names every switch and every call of the JSON door."""

from local.azurite import ROOT
from local.cloud import Cloud, make_app

PAGE = (ROOT / "docs" / "local.md").read_text(encoding="utf-8")


def test_every_switch_is_documented(cloud: Cloud) -> None:
    known = cloud.faults.known()

    assert not [service for service in known if f"`{service}`" not in PAGE]
    assert not [
        name for keys in known.values() for name in keys if f"`{name}`" not in PAGE and name != "stopped"
    ]


def test_every_call_of_the_json_door_is_documented(cloud: Cloud) -> None:
    calls = {
        f"{route.method} {route.resource.canonical}"
        for route in make_app(cloud).router.routes()
        if route.resource is not None
        and route.resource.canonical.startswith("/api/")
        and route.method not in ("HEAD", "*")
    }

    assert calls
    assert not [call for call in calls if f"`{call}" not in PAGE]

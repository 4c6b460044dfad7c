"""Policies that somebody changed: a context must never be given out without its rule asking for it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.infra.conftest import STRANGER, Setup
from tests.infra.tenant import POLICIES, Tenant

type Json = dict[str, Any]

GUESTS = {"guestOrExternalUserTypes": "b2bCollaborationGuest"}


def _policy(tenant: Tenant, words: str) -> Json:
    return next(each for each in tenant.of(POLICIES) if words in each["displayName"])


def _set(path: str, value: object) -> Callable[[Json], None]:
    def meddle(policy: Json) -> None:
        *parents, last = path.split(".")
        part = policy
        for each in parents:
            part = part[each]
        part[last] = value

    return meddle


HOLLOWED: dict[str, object] = {
    "conditions.locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
    "conditions.platforms": {"includePlatforms": ["android"], "excludePlatforms": []},
    "conditions.devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}},
    "conditions.clientApplications": {"excludeServicePrincipals": [STRANGER]},
    "conditions.authenticationFlows": {"transferMethods": "deviceCodeFlow"},
    "conditions.insiderRiskLevels": "elevated",
    "conditions.userRiskLevels": ["high"],
    "conditions.signInRiskLevels": ["high"],
    "conditions.servicePrincipalRiskLevels": ["high"],
    "conditions.clientAppTypes": ["browser"],
    "conditions.applications.excludeApplications": [STRANGER],
    "conditions.applications.applicationFilter": {"mode": "exclude", "rule": "x"},
    "conditions.applications.includeAuthenticationContextClassReferences": ["c9"],
    "conditions.users.includeUsers": [STRANGER],
    "conditions.users.excludeUsers": [STRANGER],
    "conditions.users.excludeGroups": [STRANGER],
    "conditions.users.excludeRoles": [STRANGER],
    "conditions.users.excludeGuestsOrExternalUsers": GUESTS,
    "grantControls.operator": "AND",
    "grantControls.builtInControls": ["compliantDevice"],
    "grantControls.customAuthenticationFactors": ["theirs"],
    "grantControls.termsOfUse": [STRANGER],
    "grantControls.authenticationStrength": {"id": "00000000-0000-0000-0000-000000000002"},
    "sessionControls.signInFrequency.isEnabled": False,
}


def _without_what_is_empty(policy: Json) -> Json:
    kept = {
        name: _without_what_is_empty(value) if isinstance(value, dict) else value
        for name, value in policy.items()
    }
    return deepcopy({name: value for name, value in kept.items() if value not in (None, [], {})})


@pytest.mark.parametrize("path", HOLLOWED)
def test_a_rule_that_was_hollowed_out_is_never_called_well_and_is_put_right(
    setup: Setup, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    setup.run("--only", "policies", "--apply")
    rule = _policy(setup.tenant, "reregister: staff")
    as_made = _without_what_is_empty(rule)
    _set(path, HOLLOWED[path])(rule)
    capsys.readouterr()

    assert setup.run("--only", "policies") == 2
    assert path in capsys.readouterr().out
    assert setup.run("--only", "policies", "--apply") == 0

    assert _without_what_is_empty(rule) == as_made
    assert setup.run("--only", "policies") == 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("conditions.agentIdRiskLevels", "high"),
        ("conditions.users.somethingNew", [STRANGER]),
        ("grantControls.somethingNew", ["x"]),
    ],
)
def test_a_condition_that_this_does_not_know_stops_it(
    setup: Setup, capsys: pytest.CaptureFixture[str], path: str, value: object
) -> None:
    setup.run("--only", "policies", "--apply")
    _set(path, value)(_policy(setup.tenant, "reregister: staff"))
    setup.tenant.writes.clear()

    assert setup.run("--apply") == 1

    assert setup.tenant.writes == []
    assert path in capsys.readouterr().err


def test_what_graph_adds_to_a_policy_of_its_own_is_no_condition(setup: Setup) -> None:
    setup.run("--apply")
    rule = _policy(setup.tenant, "reregister: staff")
    rule["conditions"] |= {
        "locations": None,
        "platforms": {"includePlatforms": [], "excludePlatforms": []},
        "devices": {"deviceFilter": None},
        "authenticationFlows": {"transferMethods": "none"},
        "userRiskLevels": [],
    }
    rule["grantControls"] |= {"builtInControls": [], "authenticationStrength@odata.context": "x"}
    rule["grantControls"]["authenticationStrength"] |= {
        "allowedCombinations": ["fido2"],
        "policyType": "builtIn",
    }
    rule["sessionControls"]["persistentBrowser"] = {"isEnabled": True, "mode": "never"}

    assert setup.run() == 0


def test_what_was_changed_in_the_policy_for_security_information_is_told_and_left(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.run("--apply")
    policy = _policy(setup.tenant, "security information")
    policy["state"] = "enabled"
    policy["conditions"]["users"]["excludeGroups"] = [STRANGER]
    capsys.readouterr()
    assert setup.run() == 0
    assert "is not as it was made" not in capsys.readouterr().out

    policy["conditions"]["locations"] = {"excludeLocations": ["AllTrusted"]}
    assert setup.run("--apply") == 0

    said = capsys.readouterr().out
    assert "is not as it was made: conditions.locations" in said
    assert "to read above (note)" in said
    assert policy["conditions"]["locations"] == {"excludeLocations": ["AllTrusted"]}

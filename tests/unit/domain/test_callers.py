"""What a program may do is said twice: by its token's kind and by its rights. Each must hold by itself."""

from dataclasses import replace

import pytest

from shared.domain.callers import APPLY_SCOPE, FORMS_ROLE, Caller, may_apply, may_send_forms

BOTH = Caller(
    oid="oid",
    client="frontend",
    confidential=True,
    app_only=False,
    scopes=frozenset({APPLY_SCOPE}),
    roles=frozenset({FORMS_ROLE}),
)


def test_a_person_s_token_applies_and_an_application_s_sends_forms_whatever_rights_they_have() -> None:
    assert may_apply(BOTH, ["frontend"])
    assert not may_send_forms(BOTH)
    alone = replace(BOTH, app_only=True)
    assert may_send_forms(alone)
    assert not may_apply(alone, ["frontend"])


@pytest.mark.parametrize(
    "caller",
    [
        replace(BOTH, confidential=False),
        replace(BOTH, client="another"),
        replace(BOTH, scopes=frozenset({"Other"})),
    ],
)
def test_each_condition_of_applying_counts(caller: Caller) -> None:
    assert not may_apply(caller, ["frontend"])

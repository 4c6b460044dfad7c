"""Our relying party before the local provider, over HTTP: what it believes, what it refuses, what it says then."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from joserfc.jwk import ECKey

from local import people
from local.cloud import Cloud
from shared.adapters.card_id_tokens import WrongCardTokenError
from shared.adapters.card_refusals import CardRefusedError
from shared.domain.card import nonce_of
from tests.contract.card.party import TARO, Party, browse

HANAKO = people.PEOPLE[1]


def faults(cloud: Cloud, **switch: object) -> None:
    cloud.faults.put({"card": switch})


async def test_a_card_is_verified(party: Party) -> None:
    found = await party.verify("verification-1")

    assert found.verification == "verification-1"
    assert len(found.identity.card) == 64
    assert found.identity.name == "見本太郎"
    assert found.expires_at - found.issued_at == timedelta(minutes=5)
    assert found.counts_until - found.issued_at == timedelta(minutes=10)


async def test_the_card_is_remembered_as_a_keyed_hash_and_not_by_its_subject(party: Party) -> None:
    first, again, other = (
        await party.verify("v1"),
        await party.verify("v2"),
        await party.verify("v3", HANAKO),
    )
    claims = jwt.decode(first.token, options={"verify_signature": False})

    assert first.identity.card == again.identity.card != other.identity.card
    assert claims["sub"] not in first.identity.card


async def test_nothing_that_is_logged_or_shown_holds_the_token_or_the_name(party: Party) -> None:
    found = await party.verify("v1")

    assert found.token not in repr(found)
    assert "太郎" not in repr(found)
    assert party.client.key not in repr(party.client)


async def test_the_request_is_what_the_rules_ask_for(party: Party) -> None:
    address, flow = await party.provider.start("v1")
    sent = {
        name: values[0] for name, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()
    }

    assert sent == {
        "response_type": "code",
        "client_id": "RP00000001",
        "redirect_uri": "http://localhost:7071/verify/callback",
        "scope": "openid name",
        "state": flow["state"],
        "nonce": nonce_of("v1"),
        "acr_values": "aal3 crl",
        "code_challenge": sent["code_challenge"],
        "code_challenge_method": "S256",
    }
    assert set(flow) == {"state", "code_verifier", "verification"}
    assert flow["code_verifier"] not in address


async def test_state_and_verifier_are_new_each_time_long_and_url_safe(party: Party) -> None:
    flows = [(await party.provider.start("v1"))[1] for _ in range(3)]

    for name in ("state", "code_verifier"):
        values = {flow[name] for flow in flows}
        assert len(values) == 3
        assert all(len(each) >= 43 and each.replace("-", "").replace("_", "").isalnum() for each in values)


async def test_every_assertion_is_signed_for_one_call_and_lives_a_minute(party: Party) -> None:
    sent: list[requests.PreparedRequest] = []
    send = party.session.adapters["http://"].send

    def look(request: requests.PreparedRequest, **how: object) -> requests.Response:
        sent.append(request)
        return send(request, **how)  # type: ignore[arg-type]

    party.session.adapters["http://"].send = look  # type: ignore[assignment,method-assign]
    await party.verify("v1")
    await party.verify("v2")
    forms = [parse_qs(str(each.body), strict_parsing=True) for each in sent if each.method == "POST"]
    assertions = [form["client_assertion"][0] for form in forms]
    claims = [jwt.decode(each, options={"verify_signature": False}) for each in assertions]

    assert len(forms) == 2
    assert set(forms[0]) == {
        "grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_assertion", "client_assertion_type",
    }  # fmt: skip
    assert all(
        jwt.get_unverified_header(each) == {"alg": "ES256", "typ": "JWT", "kid": "local-card-client"}
        for each in assertions
    )
    assert all(each["iss"] == each["sub"] == "RP00000001" for each in claims)
    assert all(each["aud"] == party.client.token_url for each in claims)
    assert all(0 < each["exp"] - each["iat"] <= 60 for each in claims)
    assert claims[0]["jti"] != claims[1]["jti"]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("cancel", "cancelled"),
        ("pin_locked", "pin_locked"),
        ("certificate_expired", "certificate_expired"),
        ("certificate_revoked", "certificate_expired"),
        ("card_unreadable", "card_unreadable"),
    ],
)
async def test_what_went_wrong_in_the_app_is_told(party: Party, outcome: str, code: str) -> None:
    assert await party.refused(outcome=outcome) == code


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"error": "access_denied"}, "cancelled"),
        ({"error": "access_denied", "error_description": "暗証番号がロックされています"}, "pin_locked"),
        ({"error": "certificate_revoked"}, "certificate_expired"),
        (
            {"error": "invalid_request", "error_description": "利用者証明用電子証明書が失効しています"},
            "certificate_expired",
        ),
        ({"error": "card_read_failed"}, "card_unreadable"),
        ({"error": "session_timeout"}, "expired_flow"),
        ({"error": "access_denied", "error_description": "authentication_expired"}, "expired_flow"),
        ({"error": "invalid_request", "error_description": "clock skew"}, "refused"),
        ({"error": "temporarily_unavailable", "error_description": "card service"}, "unavailable"),
        ({"error": "server_error"}, "unavailable"),
        ({"error": "invalid_scope"}, "refused"),
        ({"error": "何か"}, "refused"),
        ({"error": ""}, "refused"),
        ({}, "refused"),
        ({"code": ""}, "refused"),
        ({"code": "x" * 3000}, "refused"),
        ({"code": "a\r\nb"}, "refused"),
        ({"code": "%zz {é}"}, "refused"),
    ],
)
async def test_answers_nobody_has_documented_end_in_a_known_code(
    party: Party, query: dict[str, str], code: str
) -> None:
    _, flow = await party.provider.start("v1")
    with pytest.raises(CardRefusedError) as refused:
        await party.provider.finish(flow, {**query, "state": flow["state"]})

    assert refused.value.code.value == code
    assert not [value for value in query.values() if value and value in str(refused.value)]


@pytest.mark.parametrize("state", ["", "other", "é", None])
async def test_a_state_that_is_not_this_browser_s_is_refused_before_anything_is_asked(
    party: Party, state: str | None
) -> None:
    address, flow = await party.provider.start("v1")
    query = browse(address)
    other = {name: value for name, value in query.items() if name != "state"} | (
        {"state": state} if state is not None else {}
    )
    with pytest.raises(CardRefusedError, match="expired_flow state"):
        await party.provider.finish(flow, other)

    assert "POST token" not in [each["operation"] for each in party.cloud.card.journal.entries()]
    assert (await party.provider.finish(flow, query)).verification == "v1"  # the code was not spent


@pytest.mark.parametrize("lacking", ["state", "code_verifier", "verification"])
async def test_without_the_browser_s_cookie_there_is_no_flow(party: Party, lacking: str) -> None:
    address, flow = await party.provider.start("v1")
    query = browse(address)
    for other in ({}, {name: value for name, value in flow.items() if name != lacking}, flow | {lacking: ""}):
        with pytest.raises(CardRefusedError, match="expired_flow flow"):
            await party.provider.finish(other, query | {"state": other.get("state", "")})


async def test_a_callback_that_comes_twice_is_an_expired_flow(party: Party) -> None:
    address, flow = await party.provider.start("v1")
    query = browse(address)
    await party.provider.finish(flow, query)
    with pytest.raises(CardRefusedError, match="expired_flow"):
        await party.provider.finish(flow, query)


async def test_a_callback_in_another_browser_is_refused(party: Party) -> None:
    address, _ = await party.provider.start("v1")
    _, other = await party.provider.start("v2")
    with pytest.raises(CardRefusedError, match="expired_flow state"):
        await party.provider.finish(other, browse(address))


async def test_a_callback_that_comes_late_is_an_expired_flow(party: Party) -> None:
    faults(party.cloud, code_seconds=0)
    address, flow = await party.provider.start("v1")
    query = browse(address)
    with pytest.raises(CardRefusedError, match="expired_flow"):
        await party.provider.finish(flow, query)


async def test_a_code_of_another_verification_is_refused(party: Party) -> None:
    """Somebody puts the code of their own verification into the victim's callback (the verifier does not fit)."""
    address, _ = await party.provider.start("v1")
    _, victim = await party.provider.start("v2")
    query = browse(address) | {"state": victim["state"]}
    with pytest.raises(CardRefusedError, match="expired_flow"):
        await party.provider.finish(victim, query)


async def test_an_answer_of_another_issuer_is_refused(party: Party) -> None:
    address, flow = await party.provider.start("v1")
    query = browse(address)
    with pytest.raises(CardRefusedError, match="wrong_token"):
        await party.provider.finish(flow, query | {"iss": "https://provider.example"})
    assert (await party.provider.finish(flow, query | {"iss": party.tokens.issuer})).verification == "v1"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("iss", "issuer"),
        ("aud", "audience"),
        ("two_aud", "audience"),
        ("azp", "audience"),
        ("nonce", "nonce"),
        ("no_nonce", "nonce"),
        ("expired", "time"),
        ("ran_out", "time"),
        ("old", "time"),
        ("future", "time"),
        ("no_sub", "subject"),
        ("no_acr", "acr"),
        ("none", "signature"),
        ("hs256", "signature"),
        ("rs256", "signature"),
        ("unknown_kid", "signature"),
        ("other_key", "signature"),
        ("missing", "no ID token"),
    ],
)
async def test_a_wrong_id_token_is_refused(party: Party, wrong: str, fault: str) -> None:
    address, flow = await party.provider.start("v1")
    faults(party.cloud, bad_token=wrong)
    with pytest.raises(CardRefusedError, match=f"^wrong_token {fault}$"):
        await party.provider.finish(flow, browse(address))

    faults(party.cloud)
    assert (await party.verify("v1")).verification == "v1"


@pytest.mark.parametrize("acr", ["aal2", "AAL3", "aal3 ", "urn:mace:incommon:iap:bronze"])
async def test_a_lower_acr_is_refused(party: Party, acr: str) -> None:
    faults(party.cloud, acr=acr)
    assert await party.refused() == "wrong_token"


async def test_another_acr_can_be_accepted_by_settings(party: Party) -> None:
    faults(party.cloud, acr="aal3 crl")
    assert (
        await Party.of(party.cloud, party.session, accepted=("aal3 crl",)).verify("v1")
    ).verification == "v1"


async def test_an_audience_in_a_list_of_one_is_good(party: Party) -> None:
    faults(party.cloud, aud_list=True)
    assert (await party.verify("v1")).verification == "v1"


@pytest.mark.parametrize(("skew", "good"), [(50, True), (-50, True), (90, False), (-700, False)])
async def test_clocks_may_differ_a_little(party: Party, skew: int, good: bool) -> None:  # noqa: FBT001
    """The provider refuses an assertion that is not good at its own time, so only the token's half is looked at here."""
    address, flow = await party.provider.start("v1")
    faults(party.cloud, skew=skew, code_seconds=2000, token_minutes=30)
    query = browse(address)
    if good:
        assert (await party.provider.finish(flow, query)).verification == "v1"
    else:
        with pytest.raises(CardRefusedError):
            await party.provider.finish(flow, query)


async def test_the_older_form_of_the_issuer_is_a_matter_of_settings(party: Party) -> None:
    older = Party.of(party.cloud, party.session, realm="/realms/main", slash="/")
    assert (await older.verify("v1")).identity.card != (await party.verify("v1")).identity.card
    assert await Party.of(party.cloud, party.session, realm="/realms/main").refused() == "wrong_token"


async def test_no_acr_is_asked_for_when_the_setting_is_empty(party: Party) -> None:
    address, _ = await Party.of(party.cloud, party.session, acr_values="").provider.start("v1")
    assert "acr_values" not in address


@pytest.mark.parametrize(
    ("switch", "code"),
    [
        ({"status": 500}, "unavailable"),
        ({"status": 503, "retry_after": 5}, "unavailable"),
        ({"status": 404}, "unavailable"),
        ({"drop": "before"}, "unavailable"),
        ({"drop": "after"}, "unavailable"),
        ({"error": "invalid_client"}, "refused"),
        ({"error": "invalid_client", "status": 401}, "refused"),
        ({"error": "invalid_grant"}, "expired_flow"),
        ({"error": "invalid_request"}, "refused"),
        ({"error": "server_error"}, "unavailable"),
        ({"error": "temporarily_unavailable"}, "unavailable"),
        ({"error": 'bad\u2028"words"'}, "refused"),
    ],
)
async def test_a_token_endpoint_that_fails_is_told_apart(
    party: Party, switch: dict[str, object], code: str
) -> None:
    faults(party.cloud, operation="POST token", **switch)
    assert await party.refused() == code


async def test_after_a_code_was_spent_without_an_answer_a_new_verification_works(party: Party) -> None:
    """It is not tried again with the same code, which would only be refused."""
    faults(party.cloud, operation="POST token", drop="after", times=1)
    assert await party.refused() == "unavailable"
    entries = party.cloud.card.journal.entries()
    assert [each["outcome"] for each in entries if each["operation"] == "POST token"] == ["ok"]
    assert (await party.verify("v1")).verification == "v1"


async def test_a_provider_that_is_slow_is_not_waited_for_for_ever(
    party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.adapters.card_provider.TIMEOUTS", (0.3, 0.3))
    faults(party.cloud, operation="POST token", slow=1)
    assert await party.refused() == "unavailable"


async def test_a_provider_that_is_down_is_told_of_before_the_browser_goes_there(party: Party) -> None:
    faults(party.cloud, status=503)
    with pytest.raises(CardRefusedError, match="unavailable"):
        await party.provider.start("v1")
    faults(party.cloud)
    assert (await party.verify("v1")).verification == "v1"


async def test_keys_are_not_asked_for_at_every_verification(party: Party) -> None:
    faults(party.cloud, operation="GET certs", status=503, after=1)
    await party.verify("v1")
    party.age.now = 59
    await party.verify("v2")
    party.age.now = 61
    with pytest.raises(CardRefusedError, match="unavailable"):
        await party.provider.start("v3")


async def test_a_new_key_of_the_provider_is_believed_at_once(party: Party) -> None:
    await party.verify("v1")
    party.cloud.card.keys.rotate()
    assert (await party.verify("v2")).verification == "v2"


async def test_a_key_that_went_is_believed_no_longer_than_a_minute(party: Party) -> None:
    address, flow = await party.provider.start("v1")
    old = await party.verify("v2")
    party.cloud.card.keys.rotate(forget=True)
    party.age.now = 61
    assert (await party.provider.finish(flow, browse(address))).verification == "v1"
    with pytest.raises(WrongCardTokenError, match="signature"):
        party.tokens.verify(old.token, nonce=nonce_of("v2"))


async def test_an_unknown_key_is_looked_for_once_a_minute(party: Party) -> None:
    await party.verify("v1")
    faults(party.cloud, bad_token="unknown_kid")
    assert [await party.refused("v2") for _ in range(2)] == ["wrong_token"] * 2
    asked = [each["operation"] for each in party.cloud.card.journal.entries()].count("GET certs")
    assert asked == 2
    party.age.now = 61
    assert [await party.refused("v2") for _ in range(2)] == ["wrong_token"] * 2
    assert [each["operation"] for each in party.cloud.card.journal.entries()].count("GET certs") == asked + 2


async def test_no_redirect_is_followed_with_our_assertion(party: Party) -> None:
    faults(party.cloud, operation="POST token", status=307, location=party.client.token_url, times=1)
    assert await party.refused() == "unavailable"


async def test_keys_are_read_where_the_settings_say_and_nowhere_else(party: Party) -> None:
    certs = party.client.token_url.replace("/token", "/certs")
    faults(party.cloud, operation="GET certs", status=302, location=certs, times=1)
    with pytest.raises(CardRefusedError, match="unavailable keys"):
        await party.provider.start("v1")


async def test_a_name_that_is_not_there_is_empty(party: Party) -> None:
    nameless = next(each for each in people.PEOPLE if party.cloud.card.cards.of(each).name is None)
    assert (await party.verify("v1", nameless)).identity.name == ""
    faults(party.cloud, name_apart=True)
    assert (await party.verify("v2")).identity.name == ""


async def test_a_name_is_not_asked_for_when_the_scope_says_so(party: Party) -> None:
    assert (
        await Party.of(party.cloud, party.session, scopes="openid").verify("v1", TARO)
    ).identity.name == ""


_CURVE = ECKey.generate_key("P-384", {"kid": "1"}).as_dict(private=True)
_NAMELESS = ECKey.generate_key("P-256").as_dict(private=True)
_PUBLIC = ECKey.generate_key("P-256", {"kid": "1"}).as_dict(private=False)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "{}",
        "secret",
        '{"kty":"oct","k":"c2VjcmV0"}',
        json.dumps(_CURVE),
        json.dumps(_NAMELESS),
        json.dumps(_PUBLIC),
    ],
)
def test_a_key_that_cannot_sign_is_refused_at_the_start(party: Party, key: str) -> None:
    with pytest.raises(ValueError, match="client key"):
        Party.of(party.cloud, party.session, key=key)

"""Reading an authorization request by the rules of identity-verification.md 3.1, and the two ways to refuse one.

Where nothing is published about the form of a refusal it follows RFC 6749 section 4.1.2.1.
"""

import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.card.clients import Client

SCOPES = ("openid", "name", "address", "birthdate", "gender", "sign")
_CLIENT_ID = re.compile(r"[0-9A-Za-z]{1,255}")
_STATE = re.compile(r"[\x20-\x7e]{1,255}")
_NONCE = re.compile(r".{1,255}", re.DOTALL)
_CHALLENGE = re.compile(r"[0-9A-Za-z_-]{1,128}")
_ACR_VALUES = re.compile(r"[0-9a-z]+( [0-9a-z]+)*")
_LONGEST_ADDRESS = 255


class CardPageRefusedError(Exception):
    """Shown to the person here: the relying party cannot, or must not, be told."""


class CardSentBackError(Exception):
    """Reported to the relying party at its registered address."""

    def __init__(self, request: "CardRequest", error: str, description: str) -> None:
        super().__init__(description)
        self.request = request
        self.error = error
        self.description = description


@dataclass(frozen=True, kw_only=True)
class CardRequest:
    """An authorization request whose client, address and `state` are good."""

    client: Client
    redirect_uri: str
    state: str
    scopes: tuple[str, ...] = ()
    nonce: str = ""
    code_challenge: str = ""
    acr_values: tuple[str, ...] = ()


def read(query: Sequence[tuple[str, str]], clients: Mapping[str, Client]) -> CardRequest:
    """Check everything that does not depend on the person.

    Raises CardPageRefusedError for a client or an address that is not registered and for a `state` that cannot be handed
    back; CardSentBackError for whatever else is wrong.
    """
    parameters = dict(query)
    doubled = [name for name, times in Counter(name for name, _ in query).items() if times > 1]
    request = _whom_to_answer(parameters, clients, doubled)
    if doubled:
        raise CardSentBackError(request, "invalid_request", f"{doubled[0]} is given more than once")
    if parameters.get("response_type") != "code":
        raise CardSentBackError(request, "unsupported_response_type", "response_type must be code")
    scopes = tuple(dict.fromkeys(parameters.get("scope", "").split(" ")))
    if "openid" not in scopes:
        raise CardSentBackError(request, "invalid_scope", "scope must contain openid")
    if set(scopes) - set(SCOPES):
        raise CardSentBackError(request, "invalid_scope", "scope is unknown")
    for name, rule in (("nonce", _NONCE), ("code_challenge", _CHALLENGE)):
        if not rule.fullmatch(parameters.get(name, "")):
            raise CardSentBackError(request, "invalid_request", f"{name} is missing or malformed")
    if parameters.get("code_challenge_method") != "S256":
        raise CardSentBackError(request, "invalid_request", "code_challenge_method must be S256")
    _check_optional(request, parameters, scopes)
    return CardRequest(
        client=request.client,
        redirect_uri=request.redirect_uri,
        state=request.state,
        scopes=scopes,
        nonce=parameters["nonce"],
        code_challenge=parameters["code_challenge"],
        acr_values=tuple(parameters.get("acr_values", "").split()),
    )


def _whom_to_answer(
    parameters: Mapping[str, str], clients: Mapping[str, Client], doubled: Sequence[str]
) -> CardRequest:
    """The part that must be good before anything is sent anywhere."""
    wanted = parameters.get("client_id", "")
    client = clients.get(wanted) if _CLIENT_ID.fullmatch(wanted) else None
    if client is None or "client_id" in doubled:
        raise CardPageRefusedError("client_id is unknown")
    address = parameters.get("redirect_uri", "")
    registered = len(address) <= _LONGEST_ADDRESS and address in client.redirect_uris
    if not registered or "redirect_uri" in doubled:
        raise CardPageRefusedError("redirect_uri is not registered")
    state = parameters.get("state", "")
    if not _STATE.fullmatch(state) or "state" in doubled:
        raise CardPageRefusedError("state is missing or malformed")
    return CardRequest(client=client, redirect_uri=address, state=state)


def _check_optional(request: CardRequest, parameters: Mapping[str, str], scopes: Sequence[str]) -> None:
    acr_values = parameters.get("acr_values")
    if acr_values is not None and not _ACR_VALUES.fullmatch(acr_values):
        raise CardSentBackError(request, "invalid_request", "acr_values is malformed")
    transaction = parameters.get("sign_transaction_id")
    if transaction is not None and not _is_uuid(transaction):
        raise CardSentBackError(request, "invalid_request", "sign_transaction_id must be a UUID")
    if "sign" in scopes and transaction is None:
        raise CardSentBackError(request, "invalid_request", "sign needs a sign_transaction_id")


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False

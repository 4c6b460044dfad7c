"""The clerk's two forms, read and checked: the account to look up, and what was checked at the counter."""

import re
from dataclasses import dataclass, field
from secrets import token_hex

from functions._http.apply_form import fault_of_address
from functions._http.bodies import Form
from shared.domain.account_names import normalised_account
from shared.domain.kinds import CardKind, Language, Reason
from shared.services.serve_counter import Confirmation

_NONCE = re.compile(r"[0-9a-f]{32}")
_SHOWN = 120


@dataclass(frozen=True)
class LookUpForm:
    """The account as it was typed, and as the directory knows it (empty if it can be none)."""

    form_id: str
    typed: str = ""
    account: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ConfirmForm:
    """What was filled in, with its errors; ``confirmation`` only if there are none."""

    card: CardKind | None = None
    face: bool = False
    valid: bool = False
    reason: Reason | None = None
    language: Language | None = None
    contact_email: str = ""
    contact_confirmed: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def confirmation(self) -> Confirmation | None:
        """What the clerk confirms."""
        if self.errors or self.card is None or self.reason is None or self.language is None:
            return None
        return Confirmation(self.card, self.reason, self.language, self.contact_email)


def read_look_up_form(form: Form, tenant_domain: str) -> LookUpForm:
    """Read which account is to be looked up."""
    nonce, typed = form.text("form_id"), form.text("account")
    account = normalised_account(typed, tenant_domain)
    errors = {} if account else {"account": "invalid" if typed else "missing"}
    form_id = nonce if _NONCE.fullmatch(nonce) else token_hex(16)
    return LookUpForm(form_id, typed[:_SHOWN], account, errors)


def read_confirm_form(form: Form) -> ConfirmForm:
    """Read what the clerk checked. An address counts only if the person confirmed it at the counter."""
    errors: dict[str, str] = {}

    def one_of[T: (CardKind, Reason, Language)](name: str, family: type[T]) -> T | None:
        given = form.text(name)
        if given in {each.value for each in family}:
            return family(given)
        errors[name] = "invalid" if given else "missing"
        return None

    card = one_of("card", CardKind)
    for name in ("face", "valid"):
        if form.text(name) != "on":
            errors[name] = "missing"
    reason = one_of("reason", Reason)
    language = one_of("language", Language)
    address, confirmed = form.text("contact_email"), form.text("contact_confirmed") == "on"
    wrong = fault_of_address(address)
    if wrong:
        errors["contact_email"] = wrong
    elif address and not confirmed:
        errors["contact_confirmed"] = "missing"
    return ConfirmForm(
        card=card,
        face="face" not in errors,
        valid="valid" not in errors,
        reason=reason,
        language=language,
        contact_email=address,
        contact_confirmed=confirmed,
        errors=errors,
    )

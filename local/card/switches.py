"""The switches of the local card provider, read from the control door each time they matter."""

from typing import Final

from local.faults import Faults

SERVICE: Final = "card"
_NUMBER: Final = (int, float)
_WRONG: Final = (
    "ID tokens wrong in one way: `iss`, `aud`, `two_aud`, `azp`, `nonce`, `no_nonce`, `expired`, `ran_out` (a moment ago), "
    "`old` (made twenty minutes ago), `future`, `no_sub`, `no_acr`, `none` (unsigned), `hs256` (keyed with the public key), "
    "`rs256`, `unknown_kid`, `other_key`, `missing`"
)
_SETTINGS: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "bad_token": ((str,), _WRONG),
    "acr": ((str,), "the `acr` of ID tokens (default: the first that was asked for, or aal3)"),
    "token_minutes": ((int,), "life of tokens (default 5)"),
    "skew": (_NUMBER, "seconds by which this provider's clock is ahead"),
    "code_seconds": ((int,), "life of a code (default 60)"),
    "number_seconds": ((int,), "life of the 6-digit number (default 120)"),
    "refresh": ((bool,), "true: refresh tokens are given and taken"),
    "name_apart": ((bool,), "true: the name is told by /userinfo only, not by the ID token"),
    "aud_list": ((bool,), "true: `aud` is a list of one element"),
}


class CardSwitches:
    """Typed reading of the settings above."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        for name, (types, text) in _SETTINGS.items():
            faults.declare(SERVICE, name, types=types, effect=False, help=text)
        faults.declare(SERVICE, "location", types=(str,), effect=True, help="the Location header")
        faults.declare(SERVICE, "error", types=(str,), effect=True, help="answers with this OAuth error code")

    def on(self, name: str) -> bool:
        """Whether a yes-no switch is on (default off)."""
        return bool(self.faults.setting(SERVICE, name, default=False))

    def word(self, name: str) -> str:
        """A word; empty if nothing is set."""
        return str(self.faults.setting(SERVICE, name, default=""))

    def number(self, name: str, default: float) -> float:
        """A number, or its default."""
        return float(self.faults.setting(SERVICE, name, default=default))

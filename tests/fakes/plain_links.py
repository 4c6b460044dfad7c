"""Links that anybody can read: what is signed elsewhere is spelt out here."""

from datetime import datetime
from urllib.parse import quote, unquote

from shared.domain.errors import LinkMalformedError
from shared.domain.links import LinkClaims, Purpose


class PlainLinks:
    """The port ``Links`` for tests."""

    def sign(self, claims: LinkClaims) -> str:
        """``purpose~application~addressee~round~expiry``."""
        fields = (
            claims.purpose.value,
            claims.application,
            claims.addressee,
            claims.round,
            claims.expires_at.isoformat(),
        )
        return "~".join(quote(str(each), safe="") for each in fields)

    def read(self, purpose: Purpose, token: str) -> LinkClaims:
        """The claims of a token made for this purpose; LinkMalformedError otherwise."""
        try:
            made_for, application, addressee, round_, expires_at = (
                unquote(each) for each in token.split("~")
            )
            if made_for != purpose.value:
                raise LinkMalformedError(purpose.value)
            return LinkClaims(
                purpose, application, addressee, int(round_), datetime.fromisoformat(expires_at)
            )
        except ValueError as error:
            raise LinkMalformedError(purpose.value) from error

    def addressee(self, address: str) -> str:
        """The address turned around: short, the same every time, and no address."""
        return address.casefold()[::-1].replace("@", "-at-")

"""The provider's signing keys (ES256), and their public half as a JWK set."""

import secrets

from joserfc.jwk import ECKey, KeyParameters

CURVE = "P-256"


class CardKeyRing:
    """The newest key signs; the one before is published for a while, and goes when the next one comes."""

    _PUBLISHED = 2

    def __init__(self) -> None:
        self._keys = [new_key()]

    @property
    def current(self) -> ECKey:
        """The key that signs now."""
        return self._keys[-1]

    def rotate(self, *, forget: bool = False) -> str:
        """Sign with a new key from now on; `forget` withdraws the old ones at once. Answers the new `kid`."""
        self._keys = [*([] if forget else self._keys), new_key()][-self._PUBLISHED :]
        return str(self.current.kid)

    def jwks(self) -> dict[str, object]:
        """What `/certs` answers (RFC 7517)."""
        return {"keys": [key.as_dict(private=False) for key in self._keys]}


def new_key() -> ECKey:
    """A key as this provider makes them."""
    parameters: KeyParameters = {"kid": secrets.token_urlsafe(20), "use": "sig", "alg": "ES256"}
    return ECKey.generate_key(CURVE, parameters)

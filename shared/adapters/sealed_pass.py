"""Encrypts a pass to the browser that asked for it: RSA-OAEP with SHA-256, as WebCrypto decrypts it."""

import base64
import binascii
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LONGEST_CODE: Final = 48
"""Characters of the longest pass that Entra makes (entra.md): always fits into the smallest key."""
_SMALLEST_KEY: Final = 2048
_LARGEST_KEY: Final = 4096
_LONGEST_TEXT: Final = 2048


class RsaSealer:
    """The port ``Sealer``."""

    def accepts(self, public_key: str) -> bool:
        """Whether a base64 SubjectPublicKeyInfo is an RSA key of 2048 bits or more."""
        try:
            check_public_key(public_key)
        except ValueError:
            return False
        return True

    def seal(self, public_key: str, code: str) -> str:
        """Base64 of the sealed code.

        Args:
            public_key: Base64 of the SubjectPublicKeyInfo (DER) of an RSA key.
            code: The pass.

        Raises:
            ValueError: no usable RSA key of 2048 bits or more, or a code that is empty or over 48 characters.
        """
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.hashes import SHA256

        if not code or len(code) > LONGEST_CODE:
            raise ValueError("not a pass")
        oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
        return base64.b64encode(_key(public_key).encrypt(code.encode(), oaep)).decode()


def check_public_key(public_key: str) -> None:
    """Refuse a key to which nothing can be sealed; for the door, so that a bad one never becomes a request.

    Raises:
        ValueError: it is not base64 of an RSA SubjectPublicKeyInfo of 2048 to 4096 bits.
    """
    _key(public_key)


def _key(text: str) -> "RSAPublicKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    if len(text) > _LONGEST_TEXT:
        raise ValueError("not a usable key")
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a usable key") from error
    if not isinstance(key, RSAPublicKey) or not _SMALLEST_KEY <= key.key_size <= _LARGEST_KEY:
        raise ValueError("not a usable key")
    return key

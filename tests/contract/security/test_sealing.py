"""The port ``Sealer``: only the browser's private key opens it, and only a proper key is sealed to."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.adapters.sealed_pass import LONGEST_CODE, RsaSealer, check_public_key

KEYS = {bits: rsa.generate_private_key(public_exponent=65537, key_size=bits) for bits in (1024, 2048, 3072)}


def _public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode()


@pytest.mark.parametrize("bits", [2048, 3072])
@pytest.mark.parametrize("code", ["x", "<Abc+1&2!", "p" * LONGEST_CODE, "あ" * LONGEST_CODE])
def test_the_private_key_opens_what_was_sealed(bits: int, code: str) -> None:
    sealed = RsaSealer().seal(_public(KEYS[bits]), code)
    oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
    assert KEYS[bits].decrypt(base64.b64decode(sealed), oaep).decode() == code
    assert code not in sealed or len(code) == 1


def test_sealing_twice_gives_two_ciphertexts() -> None:
    key = _public(KEYS[2048])
    assert RsaSealer().seal(key, "code") != RsaSealer().seal(key, "code")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "MIIB",
        "あ",
        "A" * 3000,
        _public(KEYS[1024]),
        _public(ec.generate_private_key(ec.SECP256R1())),
        base64.b64encode(b"-----BEGIN PUBLIC KEY-----").decode(),
        _public(KEYS[2048])[:-8],
        "\n".join([_public(KEYS[2048]), ""]),
    ],
    ids=["empty", "x", "cut", "kana", "long", "weak", "curve", "pem", "short", "newline"],
)
def test_what_is_no_proper_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not a usable key"):
        RsaSealer().seal(key, "code")
    with pytest.raises(ValueError, match="not a usable key"):
        check_public_key(key)


@pytest.mark.parametrize("code", ["", "x" * (LONGEST_CODE + 1)])
def test_what_is_no_pass_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a pass"):
        RsaSealer().seal(_public(KEYS[2048]), code)


def test_a_proper_key_passes_the_door() -> None:
    check_public_key(_public(KEYS[2048]))

"""Uploads: pictures of every kind, mutated, cut, glued to something else, or promising more pixels than they hold."""

import io
import struct
import warnings
import zlib
from typing import Final

from hypothesis import strategies as st
from PIL import Image

from shared.adapters.pillow_photos import LONGEST_SIDE, judge
from shared.domain.photo import AcceptedPhoto, PhotoFault
from tests.doors.house import House
from tests.fuzz.mutations import mutated
from tests.fuzz.target import Target
from tests.unit.photos.pictures import encoded, png_header_only, quarters

_CANARY: Final = b"place-where-it-was-taken"


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = _CANARY.decode()
    return exif.tobytes()


def _pictures() -> list[bytes]:
    small = quarters(360, 320)
    return [
        encoded(small, exif=_exif(), comment=_CANARY),
        encoded(small, progressive=True),
        encoded(small.convert("L")),
        encoded(small.convert("CMYK")),
        encoded(small, "PNG"),
        encoded(small.convert("P"), "PNG", transparency=0),
        encoded(small.convert("I;16"), "PNG"),
        encoded(small.convert("RGBA"), "PNG", exif=_exif()),
        encoded(small, "WEBP", exif=_exif()),
        encoded(small, "WEBP", lossless=True),
        encoded(small, "GIF"),
        encoded(small, "BMP"),
        encoded(small, "TIFF"),
    ]


_OTHERS: Final = (
    b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 200,
    b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1" + b"\0" * 200,
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    b"<!doctype html><script>alert(1)</script>",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"\0" * 100,
    b"PK\x03\x04" + b"\0" * 100,
    b"%!PS-Adobe-3.0 EPSF-3.0\n",
    b"P6 99999 99999 255\n",
    b"II*\x00\x08\x00\x00\x00" + b"\xff" * 60,
    png_header_only(40_000, 40_000),
    png_header_only(300, 300),
)


def _with_size(size: tuple[int, int]) -> bytes:
    """A JPEG whose header promises another size than its data have."""
    raw = bytearray(encoded(quarters(360, 320)))
    at = raw.index(b"\xff\xc0")
    raw[at + 5 : at + 9] = struct.pack(">HH", size[1] & 0xFFFF, size[0] & 0xFFFF)
    return bytes(raw)


def _png_of(size: tuple[int, int, int, int]) -> bytes:
    """A PNG of odd depth and colour type whose check sums are right: decoders get as far as the data."""
    width, height, depth, colour = size

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    rows = zlib.compress(b"\0" * 200_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _inputs() -> st.SearchStrategy[bytes]:
    whole = _pictures()
    sides = st.one_of(st.integers(0, 700), st.integers(0, 65_535), st.integers(0, 2**32 - 1))
    return st.one_of(
        st.sampled_from(whole),
        *[mutated(each, _OTHERS[number % len(_OTHERS)]) for number, each in enumerate(whole)],
        st.sampled_from(_OTHERS),
        st.sampled_from(_OTHERS).flatmap(lambda raw: mutated(raw, whole[0])),
        st.tuples(st.sampled_from(whole), st.sampled_from(whole)).map(
            lambda two: two[0][: len(two[0]) // 2] + two[1]
        ),
        st.tuples(sides, sides).map(_with_size),
        st.tuples(
            sides, sides, st.sampled_from([1, 2, 4, 8, 16, 255]), st.sampled_from([0, 2, 3, 4, 6, 9])
        ).map(_png_of),
        st.binary(max_size=300),
    )


def _check(house: House, raw: bytes) -> bool:
    """A verdict, whatever it is; what is taken is a new JPEG with nothing else in it."""
    del house
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # Pillow warns of broken EXIF and of large pictures, and goes on; so do we
        verdict = judge(raw)
    if not isinstance(verdict, AcceptedPhoto):
        assert isinstance(verdict.fault, PhotoFault)
        return False
    assert verdict.jpeg.startswith(b"\xff\xd8\xff")
    assert verdict.jpeg.endswith(b"\xff\xd9")
    for unwanted in (_CANARY, b"<script", b"Exif", b"ICC_PROFILE", b"http://ns.adobe.com"):
        assert unwanted not in verdict.jpeg
    with Image.open(io.BytesIO(verdict.jpeg), formats=["JPEG"]) as again:
        assert max(again.size) <= LONGEST_SIDE
        assert again.mode == "RGB"
        assert not again.getexif()
        again.load()
    return True


TARGETS: Final = (Target("uploads", _inputs(), _check, slowness=4, most_megabytes=500),)

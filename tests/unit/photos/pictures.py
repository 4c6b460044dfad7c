"""Pictures for tests: drawn, never photographed."""

import io
import struct
import zlib
from functools import cache
from random import Random

from PIL import Image, ImageDraw

from local import cards, people


@cache
def card() -> Image.Image:
    """A sample card as it would be photographed well."""
    return Image.open(io.BytesIO(cards.jpeg(people.PEOPLE[0]))).convert("RGB")


def on_table(colour: str, *, share: float = 0.5) -> Image.Image:
    """The card, taking `share` of the picture's width, on a table of one colour."""
    width = int(2000 * share)
    small = card().crop((90, 70, 1510, 930)).resize((width, int(width * 86 / 142)))
    picture = Image.new("RGB", (2000, 1500), colour)
    picture.paste(small, (300, 300))
    return picture


def quarters(width: int = 640, height: int = 400) -> Image.Image:
    """Red, green, blue and white quarters with some noise: which way is up can be seen."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2, height // 2), fill="red")
    draw.rectangle((width // 2, 0, width, height // 2), fill="green")
    draw.rectangle((0, height // 2, width // 2, height), fill="blue")
    chance = Random(1)
    for _ in range(300):
        draw.point((chance.randrange(width), chance.randrange(height)), fill="black")
    return picture


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png_header_only(width: int, height: int) -> bytes:
    """A PNG that says it is huge and holds next to nothing."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def markers(jpeg: bytes) -> list[int]:
    """The markers of a JPEG up to the start of its scan."""
    found, at = [], 2
    while jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return found


def opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    picture.load()
    return picture

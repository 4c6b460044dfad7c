"""Draws a sample IC card of a person: an invented design, plainly marked, sharp enough to be judged."""

import io
import random
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from local.people import Person

_SIZE = (1600, 1000)
_FONTS = tuple(
    Path("/usr/share/fonts") / name
    for name in (
        "opentype/noto/NotoSansCJK-Regular.ttc",
        "opentype/noto/NotoSansCJK-Bold.ttc",
        "opentype/noto/NotoSerifCJK-Bold.ttc",
        "opentype/ipafont-gothic/ipag.ttf",
    )
)
_INK = (28, 30, 38)
_COLOURS = {"student": (20, 90, 160), "staff": (110, 60, 20), "guest": (80, 80, 90)}


@lru_cache(maxsize=64)
def jpeg(person: Person) -> bytes:
    """The card's photo as JPEG, the same bytes for the same person on one machine."""
    chance = random.Random(person.oid)
    image = Image.new("RGB", _SIZE, (92, 74, 58))
    draw = ImageDraw.Draw(image)
    _table_top(draw, chance)
    colour = _COLOURS[person.affiliation]
    draw.rounded_rectangle(
        (90, 70, 1510, 930), radius=48, fill=(250, 250, 246), outline=(160, 160, 160), width=4
    )
    draw.rounded_rectangle((90, 70, 1510, 250), radius=48, fill=colour)
    draw.rectangle((90, 200, 1510, 250), fill=colour)
    _portrait(draw, chance, colour)
    _words(draw, person)
    _chip_and_bars(draw, chance)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _table_top(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for _ in range(500):
        x, y = chance.randrange(_SIZE[0]), chance.randrange(_SIZE[1])
        shade = chance.randrange(-14, 14)
        draw.line(
            (x, y, x + chance.randrange(60, 240), y + 2), fill=(96 + shade, 78 + shade, 60 + shade), width=2
        )


def _portrait(draw: ImageDraw.ImageDraw, chance: random.Random, colour: tuple[int, int, int]) -> None:
    """A silhouette: no face that could be anybody's."""
    draw.rectangle((150, 310, 550, 830), fill=(214, 226, 236), outline=_INK, width=4)
    skin, hair = 150 + chance.randrange(60), 30 + chance.randrange(50)
    draw.pieslice((180, 610, 520, 1050), 180, 360, fill=colour)
    draw.rectangle((152, 828, 548, 832), fill=_INK)
    draw.rectangle((150, 833, 550, 925), fill=(250, 250, 246))
    draw.ellipse((250, 380, 450, 630), fill=(skin, skin - 30, skin - 50))
    draw.pieslice((240, 360, 460, 600), 180, 360, fill=(hair, hair, hair))


def _words(draw: ImageDraw.ImageDraw, person: Person) -> None:
    title, japanese = _font(64)
    normal, _ = _font(44)
    small, _ = _font(34)
    kind = {"student": "学生証 Student ID", "staff": "職員証 Staff ID", "guest": "利用証 Guest card"}[
        person.affiliation
    ]
    lines = [person.name, person.faculty] if japanese else []
    heading = f"見本大学 {kind}" if japanese else f"SAMPLE UNIVERSITY {kind.split(' ', 1)[1]}"
    draw.text((150, 115), heading, font=title, fill=(255, 255, 255))
    y = 310
    for line in (*lines, person.name_en, f"No. {person.employee_id}", person.upn.partition("@")[0]):
        draw.text((620, y), line, font=normal, fill=_INK)
        y += 78
    draw.text((620, 790), "Valid until 2027-03-31  ·  utac.example.ac.jp", font=small, fill=(90, 90, 100))
    stamp = "見本 SAMPLE" if japanese else "SAMPLE"
    draw.text((1090, 640), stamp, font=title, fill=(190, 30, 45))


def _chip_and_bars(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    x = 620
    while x < 1450:
        width = chance.choice((3, 5, 8))
        draw.rectangle((x, 850, x + width, 905), fill=_INK)
        x += width + chance.choice((4, 6, 9))
    draw.rounded_rectangle(
        (1330, 300, 1460, 400), radius=14, fill=(214, 180, 92), outline=(120, 96, 40), width=3
    )
    for y in (325, 350, 375):
        draw.line((1330, y, 1460, y), fill=(120, 96, 40), width=3)


def _font(size: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    """A font of that size, and whether it can write Japanese."""
    for path in _FONTS:
        if path.exists():
            return ImageFont.truetype(path, size), True
    return ImageFont.load_default(size), False

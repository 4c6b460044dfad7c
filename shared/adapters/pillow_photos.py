"""Judges ID photos with Pillow: by content, within bounds, and re-encoded so that nothing but the picture is left.

The bytes are hostile until proven otherwise: only three formats are ever opened, each by its own decoder; the size is
taken from the header before anything is decoded; what is stored is a new JPEG without EXIF (place, device), colour
profile, comments, thumbnails or anything that followed the picture in the file.
"""

import asyncio
import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from shared.domain.photo import (
    MAX_PHOTO_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    MIN_SIDE,
    AcceptedPhoto,
    PhotoDoubt,
    PhotoFault,
    PhotoVerdict,
    RefusedPhoto,
)

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE: Final = 2000
"""Pixels of a stored photo's longer side: the print on a card that fills half of it is still read easily."""
QUALITY: Final = 85

BLURRED_BELOW: Final = 40.0
"""Sharpness under which the small print of a card is hardly read; the tests draw cards on both sides of it."""
DARK_BELOW: Final = 30.0
"""Mean grey level under which print drowns; a well-lit card on a black table (37) is not doubted."""
BRIGHT_ABOVE: Final = 243.0
"""Mean grey level over which print is washed out; a card on white paper (241) is not doubted."""
MAX_PIXELS_WHOLE: Final = 24_000_000
"""PNG and WebP cannot be scaled down while they are decoded: 50 million pixels took 660 and 890 MB, these take half."""
MAX_SCANS: Final = 64
"""Passes over a progressive JPEG, of which encoders make about ten: each more costs time for next to no bytes."""
_START_OF_SCAN: Final = b"\xff\xda"
_MEASURED_AT: Final = 1000
"""Sharpness depends on the size of the picture: it is measured with this longer side."""

_HEIF_BRANDS: Final = frozenset(
    {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
        b"mif1",
        b"msf1",
        b"avif",
        b"avis",
    }
)
_BRANDS_WITHIN: Final = 64
_ORIENTATION: Final = 0x0112
_ANIMATED: Final = 0x02
_SCALABLE: Final = frozenset({"L", "LA", "RGB", "RGBA"})

# What decoders raise at broken or hostile bytes; found by feeding them mutated files.
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)


class PillowPhotoLab:
    """The port ``PhotoLab``: one photo at a time in a process, so that memory stays bounded."""

    def __init__(self) -> None:
        # A thread of its own, not a lock: it stays one at a time even if a caller gives up waiting.
        self._bench = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photo")

    async def judge(self, raw: bytes) -> PhotoVerdict:
        """Decide by content, decode within bounds, re-encode without metadata."""
        return await asyncio.get_running_loop().run_in_executor(self._bench, judge, raw)


def judge(raw: bytes) -> PhotoVerdict:
    """The verdict on some bytes; never raises for what they contain."""
    if not raw:
        return RefusedPhoto(PhotoFault.MISSING)
    if len(raw) > MAX_PHOTO_BYTES:
        return RefusedPhoto(PhotoFault.TOO_LARGE)
    kind = _kind(raw)
    if isinstance(kind, PhotoFault):
        return RefusedPhoto(kind)
    from PIL import Image

    try:
        return _decoded(raw, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return RefusedPhoto(PhotoFault.TOO_MANY_PIXELS)
    except _BROKEN:
        return RefusedPhoto(PhotoFault.UNREADABLE)


def _kind(raw: bytes) -> str | PhotoFault:
    """The format by its first bytes, whatever the file was called; or why it is none of ours."""
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    if raw[4:8] == b"ftyp":
        end = min(int.from_bytes(raw[:4]), _BRANDS_WITHIN)
        brands = {raw[at : at + 4] for at in range(8, end, 4)}
        return PhotoFault.HEIC if brands & _HEIF_BRANDS else PhotoFault.WRONG_TYPE
    return PhotoFault.WRONG_TYPE


def _decoded(raw: bytes, kind: str) -> PhotoVerdict:
    from PIL import Image

    if kind == "WEBP":
        # Its decoder makes room for the whole canvas on opening, so the header is read here.
        width, height, animated = _webp_header(raw)
        if animated:
            return RefusedPhoto(PhotoFault.WRONG_TYPE)
        fault = _size_fault(width, height, kind)
        if fault is not None:
            return RefusedPhoto(fault)
    if kind == "JPEG" and raw.count(_START_OF_SCAN) > MAX_SCANS:
        return RefusedPhoto(PhotoFault.UNREADABLE)
    with Image.open(io.BytesIO(raw), formats=[kind]) as opened:
        fault = _size_fault(*opened.size, kind)
        if fault is not None:
            return RefusedPhoto(fault)
        return _accepted(_picture(opened))


def _size_fault(width: int, height: int, kind: str) -> PhotoFault | None:
    most = MAX_PIXELS if kind == "JPEG" else MAX_PIXELS_WHOLE
    if width * height > most or max(width, height) > MAX_SIDE:
        return PhotoFault.TOO_MANY_PIXELS
    return PhotoFault.TOO_SMALL if min(width, height) < MIN_SIDE else None


def _picture(opened: "Image") -> "Image":
    """The picture alone: upright, in colour, on white, no larger than it is stored."""
    from PIL import Image

    width, height = opened.size
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    box = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale < 1:
        opened.draft("RGB", box)  # a box of another ratio than the photo's would scale nothing down
    turn = _turn(opened)
    opened.load()
    # Scaled first where the colours allow it: every conversion at full size would be one more copy.
    picture: Image.Image = opened if opened.mode in _SCALABLE else _on_white(opened)
    if picture.size != box:
        picture = picture.resize(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture = _on_white(picture)
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info.clear()  # the encoder would copy a comment from here
    return picture


def _turn(opened: "Image") -> "Image.Transpose | None":  # type: ignore[name-defined]
    """What makes the picture upright, as its EXIF orientation says; broken EXIF says nothing."""
    from PIL.Image import Transpose

    try:
        orientation = opened.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        return None
    return {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation if isinstance(orientation, int) else 1)


def _on_white(opened: "Image") -> "Image":
    from PIL import Image

    if opened.mode.startswith("I"):  # 16 bits a pixel
        return opened.convert("I").point(lambda level: level * (1 / 256)).convert("L").convert("RGB")
    if not opened.has_transparency_data:
        return opened.convert("RGB")
    layer = opened.convert("RGBA")
    white = Image.new("RGB", layer.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white


def _accepted(picture: "Image") -> AcceptedPhoto:
    sharpness, brightness = _measured(picture)
    seen = {
        PhotoDoubt.BLURRED: sharpness < BLURRED_BELOW,
        PhotoDoubt.DARK: brightness < DARK_BELOW,
        PhotoDoubt.BRIGHT: brightness > BRIGHT_ABOVE,
    }
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    doubts = tuple(doubt for doubt, doubted in seen.items() if doubted)
    return AcceptedPhoto(out.getvalue(), doubts, sharpness=sharpness, brightness=brightness)


def _measured(picture: "Image") -> tuple[float, float]:
    """Sharpness (variance of the Laplacian) and brightness (mean) of the grey picture at a fixed size."""
    from PIL import Image, ImageFilter, ImageStat

    grey = picture.convert("L")
    scale = _MEASURED_AT / max(grey.size)
    size = (max(3, round(grey.width * scale)), max(3, round(grey.height * scale)))
    grey = grey.resize(size, Image.Resampling.BILINEAR)
    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128))
    inner = edges.crop((1, 1, size[0] - 1, size[1] - 1))  # the filter leaves the border as it was
    return ImageStat.Stat(inner).var[0], ImageStat.Stat(grey).mean[0]


def _webp_header(raw: bytes) -> tuple[int, int, bool]:
    """Width, height and whether it is animated.

    Source: https://developers.google.com/speed/webp/docs/riff_container
    """
    chunk = raw[12:16]
    if chunk == b"VP8X":
        width, height = int.from_bytes(raw[24:27], "little") + 1, int.from_bytes(raw[27:30], "little") + 1
        return width, height, bool(raw[20] & _ANIMATED)
    if chunk == b"VP8L" and raw[20] == 0x2F:  # noqa: PLR2004 - the signature byte
        bits = int.from_bytes(raw[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, False
    if chunk == b"VP8 " and raw[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", raw, 26)
        return width & 0x3FFF, height & 0x3FFF, False
    raise ValueError("no WebP picture")

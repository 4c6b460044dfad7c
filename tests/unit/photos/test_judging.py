"""What is taken, what is refused, and that nothing but the picture is stored."""

import asyncio
import io
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, PngImagePlugin

from shared.adapters.pillow_photos import LONGEST_SIDE, PillowPhotoLab, _picture, judge
from shared.domain.photo import MAX_PHOTO_BYTES, AcceptedPhoto, PhotoFault, RefusedPhoto
from tests.unit.photos.pictures import card, encoded, markers, on_table, opened, png_header_only, quarters

_ONLY_A_PICTURE = {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF header, tables, frame: no APP1 (EXIF, XMP), APP2 (ICC), COM


def _accepted(raw: bytes) -> AcceptedPhoto:
    verdict = judge(raw)
    assert isinstance(verdict, AcceptedPhoto), verdict
    return verdict


def _fault(raw: bytes) -> PhotoFault:
    verdict = judge(raw)
    assert isinstance(verdict, RefusedPhoto)
    return verdict.fault


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_formats_become_a_bare_jpeg(kind: str) -> None:
    jpeg = _accepted(encoded(card(), kind)).jpeg
    assert set(markers(jpeg)) <= _ONLY_A_PICTURE
    assert opened(jpeg).size == card().size


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", PhotoFault.MISSING),
        (b"\xff\xd8\xff" + b"x" * MAX_PHOTO_BYTES, PhotoFault.TOO_LARGE),
        (encoded(quarters(), "GIF"), PhotoFault.WRONG_TYPE),
        (encoded(quarters(), "BMP"), PhotoFault.WRONG_TYPE),
        (encoded(quarters(), "TIFF"), PhotoFault.WRONG_TYPE),
        (b"%PDF-1.7\n" + b"x" * 500, PhotoFault.WRONG_TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", PhotoFault.WRONG_TYPE),
        (b"<!doctype html><script>1</script>", PhotoFault.WRONG_TYPE),
        (b"x", PhotoFault.WRONG_TYPE),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 400, PhotoFault.HEIC),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf" + b"\0" * 400, PhotoFault.HEIC),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + b"\0" * 400, PhotoFault.HEIC),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 400, PhotoFault.WRONG_TYPE),
        (b"\xff\xd8\xff\xe0<script>alert(1)</script>", PhotoFault.UNREADABLE),
        (b"\x89PNG\r\n\x1a\nGIF89a", PhotoFault.UNREADABLE),
        (b"RIFF\x10\0\0\0WEBPVP8 ", PhotoFault.UNREADABLE),
        (png_header_only(50_000, 50_000), PhotoFault.TOO_MANY_PIXELS),
        (png_header_only(12_001, 400), PhotoFault.TOO_MANY_PIXELS),
        (png_header_only(10_000, 2_401), PhotoFault.TOO_MANY_PIXELS),
        (png_header_only(1000, 1000), PhotoFault.UNREADABLE),
        (encoded(quarters(299, 500)), PhotoFault.TOO_SMALL),
        (encoded(quarters(1, 1), "PNG"), PhotoFault.TOO_SMALL),
    ],
    ids=[str(number) for number in range(22)],
)
def test_what_is_no_photo_is_refused_with_its_reason(raw: bytes, fault: PhotoFault) -> None:
    assert _fault(raw) is fault


def test_the_smallest_photo_is_taken() -> None:
    assert opened(_accepted(encoded(quarters(300, 300))).jpeg).size == (300, 300)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_cut_off_upload_is_unreadable(kind: str, part: float) -> None:
    raw = encoded(card(), kind)
    assert _fault(raw[: int(len(raw) * part)]) is PhotoFault.UNREADABLE


def test_an_animation_is_refused() -> None:
    frames = [quarters(), card().resize((640, 400))]
    raw = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    assert _fault(raw) is PhotoFault.WRONG_TYPE


@pytest.mark.parametrize("lossless", [True, False])
def test_a_huge_webp_is_refused_by_its_header(lossless: bool) -> None:  # noqa: FBT001
    raw = bytearray(encoded(quarters(), "WEBP", lossless=lossless))
    if lossless:
        raw[21:25] = struct.pack("<I", 16_383 | 16_383 << 14)
    else:
        raw[26:30] = struct.pack("<HH", 16_383, 16_383)
    assert _fault(bytes(raw)) is PhotoFault.TOO_MANY_PIXELS


def test_a_jpeg_may_be_larger_than_what_is_decoded_whole() -> None:
    assert opened(_accepted(encoded(card().resize((7000, 7000)))).jpeg).size == (2000, 2000)


def test_a_jpeg_of_countless_scans_is_refused() -> None:
    raw = encoded(card(), progressive=True)
    scan = raw.index(b"\xff\xda")
    assert 1 < raw.count(b"\xff\xda") < 20
    assert isinstance(judge(raw), AcceptedPhoto)
    assert _fault(raw[:scan] + raw[scan : scan + 14] * 100 + raw[scan:]) is PhotoFault.UNREADABLE


def test_nothing_of_the_metadata_is_left() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x8825] = {1: "N", 2: (35.0, 42.0, 44.0)}
    icc = encoded(quarters(), "PNG")[:64] + b"SecretProfile"
    raw = encoded(
        card(), "JPEG", exif=exif, comment=b"SecretComment", icc_profile=icc, xmp=b"<x>SecretXmp</x>"
    )
    jpeg = _accepted(raw + b"PK\x03\x04SecretArchive<script>").jpeg
    assert raw.count(b"Secret") == 4
    assert b"Secret" not in jpeg
    assert set(markers(jpeg)) <= _ONLY_A_PICTURE
    assert opened(jpeg).getexif() == {}


def test_nothing_of_a_png_s_texts_is_left() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "SecretText")
    texts.add_itxt("XML:com.adobe.xmp", "SecretXmp")
    jpeg = _accepted(encoded(card(), "PNG", pnginfo=texts, exif=b"Exif\0\0SecretExif")).jpeg
    assert b"Secret" not in jpeg
    assert set(markers(jpeg)) <= _ONLY_A_PICTURE


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_picture_is_stored_upright(kind: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    lying = quarters() if undo is None else quarters().transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = opened(_accepted(encoded(lying, kind, exif=exif)).jpeg)
    assert picture.size == (640, 400)
    for at, wanted in (((100, 100), (255, 0, 0)), ((540, 100), (0, 128, 0)), ((100, 300), (0, 0, 255))):
        found = picture.getpixel(at)
        assert isinstance(found, tuple)
        assert all(abs(a - b) < 40 for a, b in zip(found, wanted, strict=True)), (at, found)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says so, and goes on
def test_broken_exif_does_no_harm() -> None:
    raw = encoded(card(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 60)
    assert opened(_accepted(raw).jpeg).size == card().size


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (2400, 600), (2001, 2001)])
def test_the_longer_side_is_bounded_and_the_ratio_kept(size: tuple[int, int]) -> None:
    found = opened(_accepted(encoded(card().resize(size))).jpeg).size
    assert max(found) == LONGEST_SIDE
    assert abs(found[0] / found[1] - size[0] / size[1]) < 0.01


def test_a_large_jpeg_is_decoded_at_reduced_size() -> None:
    with Image.open(io.BytesIO(encoded(card().resize((4032, 3024))))) as photo:
        _picture(photo)
        assert photo.size == (2016, 1512)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK"])
def test_other_colours_become_rgb(mode: str) -> None:
    picture = card().convert(mode)
    kind = "JPEG" if mode in {"L", "CMYK"} else "PNG"
    assert opened(_accepted(encoded(picture, kind)).jpeg).mode == "RGB"


def test_a_deep_grey_png_keeps_its_greys() -> None:
    deep = card().convert("L").convert("I").point(lambda level: level * 257).convert("I;16")
    photo = _accepted(encoded(deep, "PNG"))
    assert not photo.doubts
    assert abs(photo.brightness - _accepted(encoded(card())).brightness) < 2


def test_what_is_transparent_becomes_white() -> None:
    layer = Image.new("RGBA", (600, 400), (0, 0, 0, 0))
    ImageDraw.Draw(layer).rectangle((0, 0, 299, 399), fill=(255, 0, 0, 255))
    picture = opened(_accepted(encoded(layer, "PNG")).jpeg)
    assert picture.getpixel((500, 200)) == (255, 255, 255)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says so, and goes on
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_bytes_are_a_verdict_and_never_an_error(kind: str, data: st.DataObject) -> None:
    raw = bytearray(encoded(quarters(320, 300), kind))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    judge(bytes(raw))
    judge(bytes(raw[:cut]))


async def test_photos_are_judged_one_at_a_time() -> None:
    lab = PillowPhotoLab()
    raw = encoded(on_table("white"))
    verdicts = await asyncio.gather(*(lab.judge(raw) for _ in range(4)))
    assert all(isinstance(each, AcceptedPhoto) for each in verdicts)
    assert len(lab._bench._threads) == 1

"""Where a photo becomes doubtful: cards drawn well are never doubted, those that no one could read are."""

from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from local import cards, people
from shared.adapters.pillow_photos import judge
from shared.domain.photo import AcceptedPhoto, PhotoDoubt
from tests.unit.photos.pictures import card, encoded, on_table


def _doubts(raw: bytes) -> tuple[PhotoDoubt, ...]:
    verdict = judge(raw)
    assert isinstance(verdict, AcceptedPhoto)
    return verdict.doubts


def _blur(radius: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(radius))


def _light(factor: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: ImageEnhance.Brightness(picture).enhance(factor)


@pytest.mark.parametrize("person", people.PEOPLE, ids=lambda person: person.upn)
def test_every_sample_card_is_taken_without_a_doubt(person: people.Person) -> None:
    assert _doubts(cards.jpeg(person)) == ()


@pytest.mark.parametrize("table", ["white", "black", "#5a5046"])
@pytest.mark.parametrize("share", [0.5, 0.7])
def test_a_good_photo_is_not_doubted_on_any_table(table: str, share: float) -> None:
    assert _doubts(encoded(on_table(table, share=share))) == ()


@pytest.mark.parametrize("quality", [30, 60, 95])
@pytest.mark.parametrize("size", [(800, 500), (1600, 1000), (4000, 2500)])
def test_neither_compression_nor_size_makes_a_good_photo_doubtful(
    size: tuple[int, int], quality: int
) -> None:
    assert _doubts(encoded(card().resize(size), quality=quality)) == ()


@pytest.mark.parametrize(
    "change",
    [_blur(1), _blur(2), _light(0.5), _light(0.25), _light(2)],
    ids=["soft", "softer", "dim", "dimmer", "bright"],
)
def test_what_can_still_be_read_is_not_doubted(change: Callable[[Image.Image], Image.Image]) -> None:
    assert _doubts(encoded(change(card()))) == ()


@pytest.mark.parametrize("radius", [3.5, 5, 10])
def test_a_blurred_card_is_doubted(radius: float) -> None:
    assert _doubts(encoded(_blur(radius)(card()))) == (PhotoDoubt.BLURRED,)


@pytest.mark.parametrize("factor", [0.05, 0.15])
def test_a_card_in_the_dark_is_doubted(factor: float) -> None:
    assert PhotoDoubt.DARK in _doubts(encoded(_light(factor)(card())))


@pytest.mark.parametrize("factor", [6, 10])
def test_a_card_in_glare_is_doubted(factor: float) -> None:
    assert PhotoDoubt.BRIGHT in _doubts(encoded(_light(factor)(card())))

"""The texts of pages and mails: looked up by key and language, complete or refused.

The catalogues are gettext ``.po`` files with symbolic keys, so that translators can use their own tools and no
text serves as its own key. Placeholders are Python's ``{name}``.
"""

from enum import StrEnum
from functools import cache
from importlib.resources import files

from shared.domain.kinds import Language


class UnknownTextError(LookupError):
    """No text has this key, or a placeholder got no value: a mistake in a template, found by a test."""


@cache
def catalogue(language: Language) -> dict[str, str]:
    """All texts of a language by key, read once a process."""
    from babel.messages.pofile import read_po

    path = files("shared.presentation").joinpath("locale", language.value, "messages.po")
    with path.open("rb") as stream:
        read = read_po(stream, locale=language.value, abort_invalid=True)
    return {str(each.id): str(each.string) for each in read if each.id}


def text(key: str, language: Language, **values: object) -> str:
    """The text of ``key`` with its placeholders filled.

    Raises:
        UnknownTextError: the key is unknown, or a placeholder has no value.
    """
    try:
        return catalogue(language)[key].format(**values)
    except (KeyError, IndexError) as missing:
        raise UnknownTextError(f"{language.value}: {key} lacks {missing}") from missing


def word(family: str, value: StrEnum | str, language: Language) -> str:
    """The text of one value of a closed vocabulary: ``word("reason", Reason.LOST, …)`` is ``reason.lost``.

    Raises:
        UnknownTextError: the family has no such value.
    """
    return text(f"{family}.{value}", language)

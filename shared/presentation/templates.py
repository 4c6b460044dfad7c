"""The one way in which templates are set up, for pages and mails alike."""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shared.domain.kinds import Language
from shared.domain.reviewing import reference_of
from shared.domain.states import WHO_MOVES_NEXT
from shared.presentation import words
from shared.presentation.dates import machine, spoken, spoken_day
from shared.presentation.masks import masked
from shared.presentation.site import Site
from shared.presentation.status import LOOKS_LIKE

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(folder: str) -> "Environment":
    """Templates of ``pages`` or ``mail``: HTML escaped, plain text not, an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("shared.presentation", folder),
        autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=True, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def tools(site: Site, language: Language) -> dict[str, Any]:
    """What every template may call: ``t`` (a text), ``w`` (a value of a vocabulary; ``ws``: several), ``when``, ``day``, ``iso``.

    ``tools_in`` gives the same for another language: for a part that somebody else reads.
    """

    def t(key: str, **values: object) -> str:
        return words.text(key, language, **values)

    def w(family: str, value: StrEnum | str) -> str:
        return words.word(family, value, language)

    def ws(family: str, values: Iterable[StrEnum | str]) -> list[str]:
        return [w(family, each) for each in values]

    def when(at: datetime) -> str:
        return spoken(at, language, site.zone)

    def day(at: datetime) -> str:
        return spoken_day(at, language, site.zone)

    def tools_in(other: Language) -> dict[str, Any]:
        return tools(site, other)

    iso: Callable[[datetime], str] = machine
    return {
        "t": t,
        "w": w,
        "ws": ws,
        "when": when,
        "day": day,
        "iso": iso,
        "tools_in": tools_in,
        "masked": masked,
        "reference_of": reference_of,
        "lang": language.value,
        "site": site,
        "movers": WHO_MOVES_NEXT,
        "looks_like": LOOKS_LIKE,
        "language": language,
        "support_name": site.support_name(language),
        "office": site.office(language),
        "guide": site.setup_guide_url(language),
    }

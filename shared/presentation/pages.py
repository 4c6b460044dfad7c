"""Pages: one template a page, one view a template. Escaped always, strict always, loaded on first use."""

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from shared.domain.kinds import Language
from shared.presentation import templates
from shared.presentation.site import Site
from shared.presentation.views import PageSession

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["PageSession", "Pages"]


class Pages:
    """Renders the pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def render(
        self,
        name: str,
        language: Language,
        path: str,
        view: object | None,
        session: PageSession | None = None,
        *,
        frozen: bool = False,
    ) -> str:
        """A whole HTML document.

        Args:
            name: Page, the same as its template ``pages/<name>.html``.
            language: Language of the reader.
            path: Path of this page, for the language switch; never a token's query.
            view: The view that belongs to the page (see :mod:`shared.presentation.views`).
            session: Who is signed in, if anybody.
            frozen: Whether the page says that no passes are made at present.
        """
        template = self._environment.get_template(f"{name}.html")
        tools = templates.tools(self._site, language)
        return template.render(
            **tools,
            page=name,
            view=view,
            session=session,
            frozen=frozen,
            here=path,
            switch=_switch(path, language),
        )

    @cached_property
    def _environment(self) -> "Environment":
        return templates.environment("pages")


def _switch(path: str, language: Language) -> str:
    """Address of this page in the other language."""
    other = Language.EN if language is Language.JA else Language.JA
    return f"{quote(path.partition('?')[0], safe='/-_.~%:=')}?{urlencode({'lang': other.value})}"

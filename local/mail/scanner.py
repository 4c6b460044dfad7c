"""A link scanner, as mail gateways run: it opens every link of a mail before any person does."""

from __future__ import annotations

import html
import logging
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import aiohttp

if TYPE_CHECKING:
    from local.mail.store import Mail

_log = logging.getLogger(__name__)
_HREF: Final = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_PLAIN: Final = re.compile(r"https?://[^\s<>\"')\]]+")
_HOSTS: Final = {"localhost", "127.0.0.1", "::1"}


def links(mail: Mail) -> list[str]:
    """Return the links of text and HTML that lead to this machine, each once: no other is ever opened."""
    found = [html.unescape(link) for link in _HREF.findall(mail.html)] + _PLAIN.findall(mail.text)
    return [link for link in dict.fromkeys(found) if urlsplit(link).hostname in _HOSTS]


async def scan(mail: Mail) -> None:
    """Open each link by HEAD and by GET, following redirects; what comes back does not matter."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        for link in links(mail):
            for method in ("HEAD", "GET"):
                try:
                    async with session.request(method, link) as answer:
                        await answer.read()
                except (aiohttp.ClientError, TimeoutError) as error:
                    # Never the address: it carries a token.
                    _log.info("scanner %s failed: %s", method, type(error).__name__)

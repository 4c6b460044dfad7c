"""The control page and the mailbox page."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup, escape

from local import people
from local.pages import render

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.people import Person

_ZONE = ZoneInfo("Asia/Tokyo")
_LINK = re.compile(r"https?://[^\s<>\"'）」]+")
# The mailed HTML is a stranger's: it may show itself and open links, and nothing else.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
_METHOD_KINDS = ("microsoftAuthenticator", "phone", "softwareOath", "fido2")


class Pages:
    """The pages for people; every change they make goes through the JSON door."""

    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud

    async def home(self, _request: web.Request) -> web.Response:
        """People, clock, faults, counts."""
        now = self._cloud.now()
        return _page(
            render(
                "control",
                base_url=self._cloud.settings.base_url,
                people=[self._row(person) for person in people.everyone()],
                now=now.isoformat(timespec="seconds"),
                now_local=f"{now.astimezone(_ZONE):%Y-%m-%d (%a) %H:%M:%S %Z}",
                known=self._cloud.faults.known(),
                faults=self._cloud.faults.document(),
                calls=self._cloud.calls.counts(),
                mails=len(self._cloud.mail.messages()),
                kinds=_METHOD_KINDS,
            )
        )

    async def mailbox(self, request: web.Request) -> web.Response:
        """All mails, newest first; `?to=` shows one person's."""
        wanted = request.query.get("to")
        found = self._cloud.mail.messages(wanted) + self._cloud.mail.messages(wanted, undelivered=True)
        found.sort(key=lambda mail: str(mail["sent_at"]), reverse=True)
        return _page(render("mailbox", mails=found, to=wanted or ""))

    async def one_mail(self, request: web.Request) -> web.Response:
        """One mail: HTML in a sandbox, text beside it. `?part=html` is the HTML alone, for the sandbox."""
        wanted = request.match_info["id"]
        known = self._cloud.mail.messages() + self._cloud.mail.messages(undelivered=True)
        mail = next((mail for mail in known if mail["id"] == wanted), None)
        if mail is None:
            return web.Response(text="There is no such mail.", status=404)
        if request.query.get("part") == "html":
            html = f'<base target="_blank">{mail["html"] or ""}'
            return web.Response(
                text=html, content_type="text/html", headers={"Content-Security-Policy": _MAIL_POLICY}
            )
        return _page(render("mail", mail=mail, text=with_links(mail["text"] or "")))

    def _row(self, person: "Person") -> dict[str, object]:
        account = quote(person.upn, safe="")
        return {
            "person": person,
            "card": f"/people/{account}/card.jpg",
            "graph": self._cloud.graph.describe(person.upn),
            "mailboxes": [(address, quote(address, safe="")) for address in person.mail],
            "account": account,
        }


def with_links(text: str) -> Markup:
    """Plain text, escaped, its addresses made clickable."""
    parts: list[Markup] = []
    end = 0
    for found in _LINK.finditer(text):
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found.group())]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _page(html: str) -> web.Response:
    return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})

"""Mails: a folder for each kind, text and HTML both, in the applicant's language, for staff in both."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.domain.application import Application
from shared.domain.card import LinkDeed, LinkRecord
from shared.domain.kinds import Language
from shared.domain.mails import MailKind, OwedMail
from shared.domain.step_of_bounce import came_back_by
from shared.ports import LinkTokens, MailMessage, Notice
from shared.presentation import templates
from shared.presentation.site import Site

if TYPE_CHECKING:
    from jinja2 import Environment

STAFF_KINDS = frozenset({MailKind.REVIEW, MailKind.REVIEW_REMINDER, MailKind.OPERATOR_ALERT})
"""Mails to staff: bilingual, and without any personal datum of the applicant."""

BILINGUAL = frozenset(
    {
        *(each.value for each in (MailKind.OWNER_NOTICE, MailKind.PICKUP, MailKind.PASS_ISSUED)),
        *(each.value for each in (MailKind.COMPLETED, MailKind.SLIP_PRINTED, MailKind.BLOCK_LIFTED)),
        *(f"card_{deed.value}" for deed in LinkDeed),
    }
)
"""Mails that warn the owner: whoever applied chose the language, so the warning stands in the other one, too."""

_GAPS = re.compile(r"\n{3,}")
_LINE_BREAKS = str.maketrans({"\r": " ", "\n": " "})


class Composer:
    """Fulfils :class:`shared.ports.MailComposer` for one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def compose(self, mail: OwedMail, application: Application, tokens: LinkTokens) -> MailMessage:
        """Subject, text and HTML of one mail owed."""
        if mail.kind in STAFF_KINDS:
            return self.digest(mail.to, [(mail, application, tokens)])
        links = self._links(application, tokens)
        values: dict[str, Any] = {"mail": mail, "application": application, "links": links}
        return self._message(mail.kind.value, mail.to, application.language, values)

    def digest(self, to: str, cases: Sequence[tuple[OwedMail, Application, LinkTokens]]) -> MailMessage:
        """One message to one member of staff; the most pressing kind among the cases gives it its form.

        Raises:
            ValueError: no case at all.
        """
        kinds = {mail.kind for mail, _, _ in cases}
        order = (MailKind.OPERATOR_ALERT, MailKind.REVIEW_REMINDER, MailKind.REVIEW)
        kind = next((each for each in order if each in kinds), None)
        if kind is None:
            raise ValueError("a digest needs at least one case for staff")
        rows = [
            {
                "mail": mail,
                "application": application,
                "links": self._links(application, tokens),
                "came_back": came_back_by(mail),
            }
            for mail, application, tokens in cases
        ]
        both = {each.value: templates.tools(self._site, each) for each in Language}
        return self._message(kind.value, to, Language.JA, {"cases": rows, "both": both})

    def given_up(self, to: str) -> MailMessage:
        """To an operator: something of no case was given up on; the console lists it."""
        both = {each.value: templates.tools(self._site, each) for each in Language}
        address = f"{self._site.base_url}/staff/attention"
        return self._message("given_up", to, Language.JA, {"both": both, "attention": address})

    def service_notice(self, to: str, notice: Notice) -> MailMessage:
        """To an operator: passes were frozen, are made again, or too many were asked for."""
        both = {each.value: templates.tools(self._site, each) for each in Language}
        address = f"{self._site.base_url}/staff/freeze"
        return self._message(
            "service_notice", to, Language.JA, {"both": both, "notice": notice, "page": address}
        )

    def link_changed(self, to: str, record: LinkRecord, *, account: str, language: Language) -> MailMessage:
        """To the owner of an account: a card was linked with it, or the link was removed."""
        address = f"{self._site.base_url}/verify/link"
        values: dict[str, Any] = {"account": account, "at": record.at, "link_page": address}
        return self._message(f"card_{record.deed.value}", to, language, values)

    def _message(self, folder: str, to: str, language: Language, values: dict[str, Any]) -> MailMessage:
        second = next(each for each in Language if each is not language)
        other = templates.tools(self._site, second) if folder in BILINGUAL else None
        context = templates.tools(self._site, language) | {"other": other} | values

        def part(name: str) -> str:
            return self._environment.get_template(f"{folder}/{name}").render(**context)

        subject = " ".join(part("subject.txt").translate(_LINE_BREAKS).split())
        body = _GAPS.sub("\n\n", part("body.txt").strip()) + "\n"
        return MailMessage(to=to, subject=subject, text=body, html=part("body.html"))

    def _links(self, application: Application, tokens: LinkTokens) -> dict[str, str]:
        base = self._site.base_url
        return {
            "home": f"{base}/",
            "status": f"{base}/applications/{application.id}",
            "review": f"{base}/review/{tokens.action}",
            "pickup": f"{base}/pickup/{application.id}?key={tokens.action}",
            "verify": f"{base}/verify",
            "not_me": f"{base}/not-me/{tokens.not_me}" if tokens.not_me else "",
            "case": f"{base}/staff/applications/{application.id}",
            "attention": f"{base}/staff/attention",
        }

    @cached_property
    def _environment(self) -> "Environment":
        return templates.environment("mail")

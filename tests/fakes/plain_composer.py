"""Mails whose words name what they are made of."""

from collections.abc import Sequence

from shared.domain.application import Application
from shared.domain.card import LinkRecord
from shared.domain.kinds import Language
from shared.domain.mails import OwedMail
from shared.ports import LinkTokens, MailMessage, Notice


class PlainComposer:
    """The port ``MailComposer`` for tests: subject ``kind reference``, text ``action=… not_me=…``."""

    def compose(self, mail: OwedMail, application: Application, tokens: LinkTokens) -> MailMessage:
        """One mail."""
        text = f"action={tokens.action} not_me={tokens.not_me}"
        return MailMessage(mail.to, f"{mail.kind.value} {application.reference}", text, f"<p>{text}</p>")

    def given_up(self, to: str) -> MailMessage:
        """To an operator, about what belongs to no case."""
        return MailMessage(to, "given_up", "given up", "<p>given up</p>")

    def service_notice(self, to: str, notice: Notice) -> MailMessage:
        """To an operator, about the whole service."""
        return MailMessage(to, f"service_{notice.kind.value}", f"by={notice.by}", f"<p>{notice.reason}</p>")

    def link_changed(self, to: str, record: LinkRecord, *, account: str, language: Language) -> MailMessage:
        """To the owner of an account that was linked with a card, or is not any more."""
        text = f"account={account} language={language.value}"
        return MailMessage(to, f"card_{record.deed.value}", text, f"<p>{text}</p>")

    def digest(self, to: str, cases: Sequence[tuple[OwedMail, Application, LinkTokens]]) -> MailMessage:
        """One mail about several cases: a line for each."""
        parts = [self.compose(mail, application, tokens) for mail, application, tokens in cases]
        lines = [f"{part.subject}: {part.text}" for part in parts]
        return MailMessage(
            to, f"digest {len(parts)}", "\n".join(lines), "".join(f"<p>{each}</p>" for each in lines)
        )

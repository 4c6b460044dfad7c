"""Write every page and mail as a file, to be looked at: ``python -m tests.unit.presentation.preview FOLDER``."""

import sys
from dataclasses import replace
from pathlib import Path

from shared.domain.card import LinkDeed, LinkRecord
from shared.domain.kinds import Language
from shared.domain.mails import MailKind
from shared.ports import MailMessage
from shared.presentation.composer import Composer
from shared.presentation.pages import Pages
from shared.presentation.static_files import static_file
from tests.unit.presentation import sample_pages, samples


def write(folder: Path) -> None:
    """All samples in both languages, with the sheet beside them."""
    pages, composer = Pages(samples.SITE), Composer(samples.SITE)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("style.css", "pickup.js"):
        found = static_file(name)
        assert found is not None
        (folder / name).write_bytes(found[0])
    for language in Language:
        for name, (page, view, session) in sample_pages.pages().items():
            html = pages.render(page, language, f"/{page}", view, session).replace("/static/", "")
            (folder / f"{name}.{language}.html").write_text(html, encoding="utf-8")
        for kind in MailKind:
            case = replace(samples.mail_case(kind), language=language)
            _put(
                folder, f"mail_{kind}.{language}", composer.compose(samples.owed(kind), case, samples.TOKENS)
            )
        for deed in LinkDeed:
            record = LinkRecord(deed, samples.ID, "subject-oid", "hash-of-the-card", samples.NOW)
            told = composer.link_changed("taro@example.com", record, account="0123456789", language=language)
            _put(folder, f"mail_card_{deed}.{language}", told)


def _put(folder: Path, name: str, message: MailMessage) -> None:
    (folder / f"{name}.html").write_text(message.html, encoding="utf-8")
    text = f"Subject: {message.subject}\n\n{message.text}"
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

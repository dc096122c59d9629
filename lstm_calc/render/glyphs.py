"""How wide a text is about, in a font that is not known: that of a wide sans-serif font, so that boxes are rather too large."""

from __future__ import annotations

from functools import cache

_WIDTHS = {
    **dict.fromkeys("iljI.,:;'|!′", 0.34),
    **dict.fromkeys('frt()[]{}-/\\ "`·', 0.43),
    **dict.fromkeys("mwMW%@", 1.0),
    **dict.fromkeys("+=×−<>~⊙∗→…", 0.84),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.76),
}
"""In ems."""
_USUAL, _WIDE = 0.64, 1.3
_BOLD = 1.1


@cache
def _char_width(char: str) -> float:
    from unicodedata import combining, east_asian_width

    if char in _WIDTHS or char.isascii():
        return _WIDTHS.get(char, _USUAL)
    return 0.0 if combining(char) else _WIDE if east_asian_width(char) in "WF" else 0.76


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is at a font size, in the unit of the size.

    >>> text_width("lstm", 10)
    24.1
    """
    return round(sum(map(_char_width, text)) * size * (_BOLD if bold else 1), 2)


def wrapped(text: str, longest: int) -> list[str]:
    """Return a text in lines of at most so many characters: broken between words, words that are longer also within.

    >>> wrapped("conv 320 kernel=26", 10)
    ['conv 320', 'kernel=26']
    """
    from textwrap import wrap

    return wrap(text, longest, break_on_hyphens=False) or [text]

"""Text from elsewhere, as it may be shown: a terminal would carry out the control characters that stand in it."""

from __future__ import annotations


def visible(text: str) -> str:
    r"""Return a text with every character that is not printable written as an escape: controls, bidi overrides, line separators.

    >>> visible("lstm\x1b[2J\u202e")
    'lstm\\x1b[2J\\u202e'
    """
    return text if text.isprintable() else "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)

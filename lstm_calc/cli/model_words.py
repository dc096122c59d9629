"""The words of a call that are models: which of them belong together, and which name a file."""

import re
from pathlib import Path

from lstm_calc.errors import LstmCalcError, few, quoted
from lstm_calc.formats.reading import is_code, is_program


def one_text(words: list[str] | None) -> str | None:
    """Return the words of one model as one text, None where there are none; raise LstmCalcError for several models."""
    if not words:
        return None
    first, *others = words
    if all(re.fullmatch(_SETTING, word) for word in words):
        flags = " ".join(f"--{word.replace('_', '-').replace('=', ' ')}" for word in words)
        raise LstmCalcError(f"{few(map(quoted, words))}: flags begin with two dashes; write {flags}")
    if not others:
        return first
    if not re.fullmatch(_BARE, first) and (is_a_path(first) or is_code(first)):
        raise LstmCalcError(f"{quoted(first)} is a whole model; after it stands {few(map(quoted, others))}")
    whole = [word for word in words if re.match(_BEGINS, word)]
    if len(whole) > 1:
        raise LstmCalcError(f"one model is asked for, and these are several: {few(map(quoted, whole))}; compare takes several")
    return " ".join(words)


_SETTING = r"(?i:input|units|layers|cell|output|hidden|embedding|(?:input|hidden|batch)[_-](?:size|dim)|num_layers)=\w+"
"""A word that says a flag without its dashes."""
_BARE = r"(?i:[0-9?_][0-9a-z_.,?]*|vocab|embed(?:ding)?)"
"""A word that begins a notation, even where a file has the same name."""
_BEGINS = r"(?i:(?:[0-9][^\s>]*|vocab\s+[^\s>]+)(?:\s*>\s*[^\s>]|\s+[a-z(]))"
"""The beginning of a whole notation: what is read, and a layer."""


def are_whole(words: list[str]) -> bool:
    """Say whether words are several models, and not those of one."""
    return len(words) > 1 and all(re.match(_BEGINS, word) or is_a_path(word) or is_code(word) for word in words)


def model_texts(words: list[str]) -> list[str]:
    """Return the texts of several models: each a word, or all words one, where the first is no model but begins one."""
    if not re.fullmatch(_BARE, words[0]):
        return words
    _refuse_several(words)
    return [" ".join(words)]  # none of several begins with a size alone


def _refuse_several(words: list[str]) -> None:
    """Refuse the words of several models without quotes: where one ends cannot be seen."""
    sizes = [at for at, word in enumerate(words[1:-1], 1) if word[:1].isdigit() and words[at - 1][:1].isdigit()]
    if sizes and words[sizes[0] + 1][:1].isalpha():
        at = sizes[0]
        raise LstmCalcError(f"each of several models stands in quotes: {' '.join(words[:at])!r} {' '.join(words[at:])!r}")


def is_a_path(text: str) -> bool:
    """Say whether a text is no notation: -, or what names something on the disk, or looks as if it should: a/b, a.toml."""
    if is_program(text):
        return True
    if text == "-" or ">" in text:
        return text == "-"
    head, dot, suffix = text.rpartition(".")
    if text.split() == [text] and ("/" in text or (head and dot and suffix[:1].isalpha())):
        return True
    try:
        return bool(text) and Path(text).exists()
    except (OSError, ValueError):
        return False

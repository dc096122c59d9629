r"""A Document as a LaTeX file that compiles as it is; its tables are booktabs, on as many pages as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from lstm_calc.render import Format
from lstm_calc.render.maths import tex, written
from lstm_calc.render.words import NUMERIC, cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.render.document import Block, Document, Line, Table

_PREAMBLE = r"""\documentclass{article}
\usepackage[a4paper,landscape,margin=2cm]{geometry}
\usepackage{booktabs,longtable}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\begin{document}
"""
_CHARACTERS = {char: f"\\{char}" for char in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "×": r"$\times$",
    "σ": r"$\sigma$",
    "⊙": r"$\odot$",
    "✓": r"$\surd$",
    "✗": r"$\times$",
    "–": "--",
    "→": r"$\to$",
    "≠": r"$\neq$",
    "…": r"\ldots{}",
}
_LEVELS = (r"\section*{%s}", r"\subsection*{%s}", r"\subsubsection*{%s}", r"\paragraph*{%s}")
_PLACES = {
    "text": "%s\n",
    "item": "\\begin{itemize}\n\\item %s\n\\end{itemize}",
    "formula": "\\begin{quote}\n%s\n\\end{quote}",
}


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as a whole LaTeX file, sums in bold."""
    text = "\n".join(_parts(document, 0))
    text = text.replace("\\end{itemize}\n\\begin{itemize}\n", "").replace("\\end{quote}\n\\begin{quote}\n", "\n")
    return f"{_PREAMBLE}{text}\n\\end{{document}}\n"


def _parts(document: Document, level: int) -> Iterator[str]:
    """Yield what a document says under its title, then its sections under theirs."""
    yield _LEVELS[level] % _escaped(document.title)
    yield from (_block(block, _LEVELS[level + 1]) for block in document.body)
    yield from map(_table, document.tables_for_people())
    yield from (f"{_escaped(note)}\n" for note in document.notes)
    for section in document.sections_in_words():
        yield from _parts(section, level + 1)


def _block(block: Block, heading: str) -> str:
    return _PLACES.get(block.kind, heading) % written(block.pieces(), _escaped, lambda formula: f"${tex(formula)}$")


def _table(table: Table) -> str:
    sides = "".join("r" if column.kind in NUMERIC else "l" for column in table.columns)
    heads = _row([_escaped(column.title) for column in table.columns])
    lines = [("\\midrule\n" * bool(line.sum)) + _row(list(_cells(table, line))) for line in table.lines]
    head = f"\\begin{{longtable}}{{{sides}}}\n\\toprule\n{heads}\n\\midrule\n\\endhead\n"
    return head + "\n".join(lines) + "\n\\bottomrule\n\\end{longtable}"


def _row(words: list[str]) -> str:
    return f"{_unbracketed(' & '.join(words))} \\\\"


def _unbracketed(row: str) -> str:
    r"""Return a row that the one above does not take for the argument of its ``\\\\``."""
    return f"{{[}}{row[1:]}" if row.startswith("[") else row


def _cells(table: Table, line: Line) -> Iterator[str]:
    """Yield the values of a line, formulas set as such."""
    for column, cell in zip(table.columns, cells(table, line), strict=True):
        if column.kind == "formula" and cell:
            yield f"${tex(cell)}$"
        else:
            yield rf"\textbf{{{_escaped(cell)}}}" if line.sum and cell else _escaped(cell)


def _escaped(text: str) -> str:
    """Return text whose signs LaTeX prints; letters of other scripts, for which it has no font, go by their numbers."""
    return "".join(_CHARACTERS.get(char) or (char if char <= "ÿ" else f"U+{ord(char):04X}") for char in text)


FORMAT = Format(render, endings=("tex", "latex"))

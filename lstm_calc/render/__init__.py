"""A Document as text: one module a format, each with its own escaping and rounding; nothing here knows what an LSTM is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

from lstm_calc.render.words import plain, size_like, size_words, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lstm_calc.render.document import Column, Document, Value

__all__ = [
    "DATA_FORMATS",
    "DOCUMENT_FORMATS",
    "GRAPH_FORMATS",
    "MACHINE_FORMATS",
    "ROW_FORMATS",
    "json",
    "plain",
    "size_like",
    "size_words",
    "worded",
]


def json(data: Any) -> str:
    """Return the plain values of an answer as JSON."""
    from json import dumps

    return f"{dumps(data, indent=2)}\n"


def _render(form: str) -> Callable[[Document, TextIO], str]:
    """Return the function ``render`` of a format's module, which is imported when it is called."""

    def render(document: Document, stream: TextIO) -> str:
        text: str = import_module(f"lstm_calc.render.as_{form}").render(document, stream)
        return text

    return render


DATA_FORMATS: dict[str, Callable[[Any], str]] = {"json": json}
"""The formats of an answer's plain values, by name."""

DOCUMENT_FORMATS: dict[str, Callable[[Document, TextIO], str]] = {
    form: _render(form) for form in ("table", "csv", "ndjson", "markdown", "latex", "html", "svg", "mermaid")
}
"""The formats of a document, by name; each is the module ``as_`` and its name."""


def _rows(form: str) -> Callable[[Sequence[Column], Iterable[Sequence[Value]]], Iterator[str]]:
    """Return the function ``rows`` of a format's module, which is imported when it is called."""

    def rows(columns: Sequence[Column], lines: Iterable[Sequence[Value]]) -> Iterator[str]:
        texts: Iterator[str] = import_module(f"lstm_calc.render.as_{form}").rows(columns, lines)
        return texts

    return rows


ROW_FORMATS = {form: _rows(form) for form in ("csv", "markdown", "ndjson")}
"""The formats of lines that are written while they are made, by name."""

MACHINE_FORMATS = frozenset({"csv", "ndjson"})
"""The formats of a document's tables that no person reads."""

GRAPH_FORMATS = frozenset({"mermaid"})
"""The formats that have a document's graphs alone."""

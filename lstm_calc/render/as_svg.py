"""A Document as a picture of what a screen would show."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render import as_table

if TYPE_CHECKING:
    from lstm_calc.document import Document


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as SVG, as wide as its longest line."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    text = as_table.render(document, StringIO())
    width = max(map(cell_len, text.splitlines()))
    console = Console(file=StringIO(), record=True, width=width, legacy_windows=False, force_terminal=True)
    console.print(Text(text), end="")
    return console.export_svg(title="lstm-calc", unique_id="lstm-calc")

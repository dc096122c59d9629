"""A Document as a picture: of its graphs or, where it has none, of what a screen would show."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from lstm_calc.errors import OutputError
from lstm_calc.render import Format, as_table

if TYPE_CHECKING:
    from lstm_calc.render.document import Document


_BODY_WIDTH = 100


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the drawings of the document as SVG, else what a screen would show."""
    if document.graphs:
        from lstm_calc.render.drawing import sheet
        from lstm_calc.render.layered import TooLargeError

        try:
            return sheet(document.title, document.graphs)
        except TooLargeError as error:
            raise OutputError(f"--format: {error}; mermaid has it") from None
    return _screen(document)


def _screen(document: Document) -> str:
    """Return what a screen would show, as wide as its longest line, text being broken, without the fonts that rich would fetch."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.cells import cell_len
    from rich.console import Console
    from rich.segment import Segment, Segments

    lines = as_table.render(document, StringIO(), _BODY_WIDTH).splitlines()
    width = max(map(cell_len, lines))
    console = Console(file=StringIO(), record=True, width=width, legacy_windows=False, force_terminal=True)
    console.print(Segments([Segment(f"{line}\n") for line in lines]), end="", soft_wrap=True)
    without_fonts = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title="lstm-calc", code_format=without_fonts, unique_id="lstm-calc")


FORMAT = Format(render, endings=("svg",))

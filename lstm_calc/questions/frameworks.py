"""The tables of all frameworks, and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.frameworks import OPTIONS
from lstm_calc.questions.words import BLOCK_LEGEND, FLOW_WORDS, RAVELED_LEGEND, block_words
from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from lstm_calc.questions.support import CellSupport, OtherSupport, Support, SupportList


def frameworks_document(answer: SupportList) -> Document:
    """Return what each framework offers and how it stores it, side by side."""
    return Document("Frameworks", (_layouts_table(answer.frameworks), _offers_table(answer)), (), legend=_LEGEND)


_ORDER_LEGEND = "gate order: as stored, in the framework's own letters; of no meaning where every gate has a tensor of its own"

_LEGEND = (
    _ORDER_LEGEND,
    "biases per gate: in the variant that is the default",
    BLOCK_LEGEND,
    RAVELED_LEGEND,
    "forget bias: what is added to the forget gate at run time, beside what the bias tensor holds",
)


def _layouts_table(supports: tuple[Support, ...]) -> Table:
    columns = (
        Column("framework", "framework", grouped=True),
        Column("release", "release", grouped=True),
        Column("cell", "cell"),
        Column("gate_order", "gate order"),
        Column("kernel", "kernel"),
        Column("bias_vectors", "biases per gate", short="biases"),
        Column("forget_bias", "forget bias", "number"),
    )
    lines = [_cell_line(support, cell) for support in supports for cell in support.cells.values()]
    return Table(columns, tuple(lines), "layouts")


def _cell_line(support: Support, cell: CellSupport) -> Line:
    kernel = block_words(transposed=cell.transposed, raveled=cell.raveled)
    release, letters = support.release or None, " ".join(cell.letters)
    added = cell.forget_bias if "forget" in cell.gates else None
    return Line((support.framework, release, cell.cell, letters, kernel, _few_words(cell.bias_vectors), added))


def _few_words(gates: dict[str, int]) -> str:
    fewest = min(gates.values())
    more = [f"{vectors} for {gate}" for gate, vectors in gates.items() if vectors > fewest]
    return ", ".join([str(fewest), *more])


def _offers_table(answer: SupportList) -> Table:
    columns = (
        Column("framework", "framework", grouped=True),
        Column("cell", "cell"),
        Column("offers", "offers"),
        *(Column(word, word.replace("_", " "), shown=False) for word in OPTIONS),
    )
    lines = [
        Line((support.framework, cell.cell, _offers(cell) or None, *("yes" if word in cell.options else None for word in OPTIONS)))
        for support in answer.frameworks
        for cell in support.cells.values()
    ]
    return Table(columns, tuple(lines), "options")


def framework_document(answer: Support) -> Document:
    """Return one framework's page: its tensors, gates, default values, what it lacks and who has it, and the sources."""
    cells = tuple(answer.cells.values())
    title = f"{answer.framework}: {answer.title} {answer.release}".rstrip()
    tables = (
        _rows_table((*cells, *answer.others)),
        _cells_table(answer, cells),
        _equations_table(cells),
        _signals_table(answer),
        _facts_table((*cells, *answer.others)),
        _lacks_table(answer, cells),
        _sources_table((*cells, *answer.others)),
    )
    row_major = [RAVELED_LEGEND] if any(cell.raveled for cell in cells) else []
    notes = dict.fromkeys(note for note in (*(cell.note for cell in cells), answer.flow_note) if note)
    legend = (_ORDER_LEGEND, BLOCK_LEGEND, *row_major)
    return Document(title, tuple(table for table in tables if table.lines), tuple(notes), legend=legend)


def _rows_table(cells: tuple[CellSupport | OtherSupport, ...]) -> Table:
    columns = (
        Column("cell", "cell", grouped=True),
        Column("name", "tensor"),
        Column("axes", "axes"),
        Column("role", "holds"),
        Column("gates", "of gates", gives_way=2),
        Column("when", "where"),
    )
    lines = [
        Line((cell.cell, row.name, row.axes, row.role.replace(" ", ", "), row.gates or None, row.when or None))
        for cell in cells
        for row in cell.rows
    ]
    return Table(columns, tuple(lines), "tensors")


def _cells_table(answer: Support, cells: tuple[CellSupport, ...]) -> Table:
    table = _layouts_table((answer,))
    more = (Column("gates", "gates in order"), Column("offers", "offers"))
    lines = [Line((*line.values[2:], " ".join(cell.gates), _offers(cell))) for line, cell in zip(table.lines, cells, strict=True)]
    return Table((*table.columns[2:], *more), tuple(lines), "cells")


def _offers(cell: CellSupport) -> str:
    """Return the options of a cell, the default marked."""
    return ", ".join(f"{word} (default)" if word == cell.default else word for word in cell.options)


def _equations_table(cells: tuple[CellSupport, ...]) -> Table:
    columns = (Column("cell", "cell", grouped=True), Column("equation", "equations of the plain layer, in order", "formula"))
    return Table(columns, tuple(Line((cell.cell, equation)) for cell in cells for equation in cell.formulas), "equations")


def _signals_table(answer: Support) -> Table:
    columns = (Column("signal", "name"), Column("axes", "axes"), Column("role", "what it is"), Column("when", "where"))
    lines = [Line((each.name, each.axes, FLOW_WORDS[each.role], each.when or None)) for each in answer.signals]
    return Table(columns, (Line(("input", answer.input, "input", None)), *lines), "inputs and outputs")


def _facts_table(cells: tuple[CellSupport | OtherSupport, ...]) -> Table:
    columns = (Column("cell", "cell"), Column("initial", "default values"), Column("constraints", "constraints"))
    lines = [Line((cell.cell, cell.initial or None, ", ".join(cell.constraints) or None)) for cell in cells]
    return Table(columns, tuple(line for line in lines if any(line.values[1:])), "values")


def _sources_table(cells: tuple[CellSupport | OtherSupport, ...]) -> Table:
    return Table(
        (Column("cell", "cell"), Column("source", "read from")), tuple(Line((cell.cell, cell.source)) for cell in cells), "sources"
    )


def _lacks_table(answer: Support, cells: tuple[CellSupport, ...]) -> Table:
    columns = (Column("cell", "cell", grouped=True), Column("lacks", "lacks"), Column("who", "who has it"))
    lines = [Line((cell.cell, OPTIONS[word], ", ".join(names))) for cell in cells for word, names in cell.lacks.items()]
    lines += [Line((cell, "the cell", ", ".join(names))) for cell, names in answer.lacks.items()]
    return Table(columns, tuple(lines), "lacks")

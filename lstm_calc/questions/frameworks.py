"""What each framework offers and how it stores it: the tables of all frameworks, and the page of one."""

from __future__ import annotations

from typing import Any

from lstm_calc.equations.text import writer_of
from lstm_calc.frameworks import OPTIONS, Framework, Layout, Row, ShapeRow, equation_words, framework, frameworks, who_offers
from lstm_calc.frameworks.counting import bias_vectors, general_axes, rows_of
from lstm_calc.model import KINDS, Layer, Model
from lstm_calc.model.cells import CELLS, Equation
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.params import params
from lstm_calc.questions.tensors import transposed
from lstm_calc.questions.titles import BLOCK_LEGEND, ROW_MAJOR_LEGEND, block_words, role_words
from lstm_calc.render.document import Column, Document, Line, Table

_SMALLEST: dict[str, Any] = {"units": 2, "filters": 2, "kernel_size": (1,)}
_PROBES = {kind: KINDS[kind](**{name: _SMALLEST[name] for name in KINDS[kind].fields if name in _SMALLEST}) for kind in CELLS}
"""The smallest layer of each cell, whose rows show how its tensors lie."""


class CellSupport(Data):
    """How a framework stores one cell.

    ``gates`` are in the stored order, ``letters`` the framework's names for them; ``transposed``: kernels are (input, units);
    ``row_major``: they lie row by row in a place of the other shape; ``bias_vectors`` says how many each gate has,
    ``forget_bias`` what is added to the forget gate at run time. ``options`` are what is on offer beyond the plain layer, of
    which ``default`` holds where a layer leaves the choice open; ``lacks`` what is not, with the frameworks that have it.
    ``equations`` are those of the plain layer, in the words of the cells' table, ``formulas`` the same as people write them;
    ``rows`` are the tensors of a layer alone.
    """

    old_names = {"raveled": "row_major"}  # noqa: RUF012  a class variable

    cell: str
    gates: tuple[str, ...]
    letters: tuple[str, ...]
    transposed: bool
    row_major: bool
    bias_vectors: dict[str, int]
    forget_bias: int
    options: tuple[str, ...]
    default: str | None
    lacks: dict[str, tuple[str, ...]]
    constraints: tuple[str, ...]
    initial: str
    equations: tuple[str, ...]
    formulas: tuple[str, ...]
    note: str
    source: str
    rows: tuple[Row, ...]


class OtherSupport(Data):
    """How a framework stores a layer that is not recurrent."""

    cell: str
    rows: tuple[Row, ...]
    initial: str
    constraints: tuple[str, ...]
    source: str


class Support(Answer):
    """A framework, the release whose tensors were recorded, its cells by name, and those it does not have, with who has them.

    ``input`` has the axes of what a recurrent layer reads, ``shapes`` its other inputs, states and outputs.
    """

    schema = "lstm-calc/framework/1"
    json = (
        *("schema", "framework", "title", "release", "package", "cells", "other_layers", "lacks", "input", "shapes", "shapes_note"),
    )
    old_names = {"others": "other_layers", "signals": "shapes", "flow_note": "shapes_note"}  # noqa: RUF012  a class variable

    framework: str
    title: str
    release: str
    package: str
    cells: dict[str, CellSupport]
    other_layers: tuple[OtherSupport, ...]
    lacks: dict[str, tuple[str, ...]]
    input: str
    shapes: tuple[ShapeRow, ...]
    shapes_note: str

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return super().data() | {"cells": plain([*self.cells.values()])}

    def document(self) -> Document:
        """Return the framework's page: its tensors, gates, default values, what it lacks and who has it, and the sources."""
        cells = tuple(self.cells.values())
        title = f"{self.framework}: {self.title} {self.release}".rstrip()
        tables = (
            _rows_table((*cells, *self.other_layers)),
            _cells_table(self, cells),
            _equations_table(cells),
            _shapes_table(self),
            _facts_table((*cells, *self.other_layers)),
            _lacks_table(self, cells),
            _sources_table((*cells, *self.other_layers)),
        )
        row_major = [ROW_MAJOR_LEGEND] if any(cell.row_major for cell in cells) else []
        notes = dict.fromkeys(note for note in (*(cell.note for cell in cells), self.shapes_note) if note)
        legend = (_ORDER_LEGEND, BLOCK_LEGEND, *row_major)
        return Document(title, tuple(table for table in tables if table.lines), tuple(notes), legend=legend)


class SupportList(Answer):
    """Every framework, in the order of every list."""

    schema = "lstm-calc/frameworks/1"
    json = ("schema", "frameworks")

    frameworks: tuple[Support, ...]

    def document(self) -> Document:
        """Return what each framework offers and how it stores it, side by side."""
        return Document("Frameworks", (_layouts_table(self.frameworks), _offers_table(self)), (), legend=_LEGEND)


_Offering = dict[str, dict[str, tuple[str, ...]]]
"""For each cell and option word ('': just the cell), the frameworks that have it."""


def support() -> SupportList:
    """Return what every framework offers."""
    offering = _offering()
    return SupportList(tuple(_support(table, offering) for table in frameworks().values()))


def support_of(framework_name: str) -> Support:
    """Return what one framework offers; raise FrameworkError where there is none of the name."""
    return _support(framework(framework_name), _offering())


def _offering() -> _Offering:
    return {cell: {word: who_offers(cell, word) for word in ("", *OPTIONS)} for cell in CELLS}


def _support(table: Framework, offering: _Offering) -> Support:
    return Support(
        framework=table.name,
        title=table.title,
        release=table.release,
        package=table.package,
        cells={cell: _cell(table, cell, offering[cell]) for cell in CELLS if cell in table.layouts},
        other_layers=tuple(
            OtherSupport(kind, _whole_rows(layout), layout.initial, (), layout.source)
            for kind, layout in table.layouts.items()
            if kind not in CELLS and layout.rows
        ),
        lacks={cell: offering[cell][""] for cell in CELLS if cell not in table.layouts},
        input=f"{table.sequence} features",
        shapes=table.shapes,
        shapes_note=table.shapes_note,
    )


def _cell(table: Framework, cell: str, offering: dict[str, tuple[str, ...]]) -> CellSupport:
    layout, probe = table.layouts[cell], _PROBES[cell]
    rows = [row for row, _, _ in rows_of(layout, probe)]
    offered = layout.options.split()
    equations = CELLS[cell].equations_for(equation_words(probe, layout))
    return CellSupport(
        cell=cell,
        gates=tuple(layout.gates.split()),
        letters=tuple(layout.letters.split()),
        transposed=any(each for row in rows for each in transposed(row, general_axes(row, probe)).values()),
        row_major=any(row.row_major for row in rows),
        bias_vectors=bias_vectors(probe, table.name),
        forget_bias=layout.forget_bias,
        options=tuple(word for word in OPTIONS if word in offered),
        lacks={word: names for word, names in offering.items() if names and table.name not in names},
        constraints=tuple(" ".join(limit) for limit in layout.limits),
        initial=layout.initial,
        equations=tuple(f"{each.name} = {each.expression}" for each in equations),
        formulas=_formulas(probe, table.name, equations, layout.forget_bias),
        note=layout.note,
        source=layout.source,
        default=next((word for word in ("reset_after", "projection_bias") if word in layout.defaults.split()), None),
        rows=_whole_rows(layout),
    )


def _formulas(probe: Layer, framework_name: str, equations: tuple[Equation, ...], forget_bias: int) -> tuple[str, ...]:
    """Return the equations of a layer as people write them."""
    gates = params(Model((probe,), 1), framework_name).layers[0].gates
    ranks = {(gate.gate, role): len(shape) for gate in gates for role, shape in gate.shapes.items()}
    writer = writer_of(equations, ranks, CELLS[probe.kind].states, forget_bias)
    return tuple(writer.formula(each).text for each in equations)


def _whole_rows(layout: Layout) -> tuple[Row, ...]:
    """Return the rows under the full names that the tensors of a single layer have."""
    return tuple(row.replace(name=layout.path + row.name) if layout.path else row for row in layout.rows)


_ORDER_LEGEND = "gate order: as stored, in the framework's own letters; of no meaning where every gate has a tensor of its own"

_LEGEND = (
    _ORDER_LEGEND,
    "biases per gate: in the variant that is the default",
    BLOCK_LEGEND,
    ROW_MAJOR_LEGEND,
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
    kernel = block_words(transposed=cell.transposed, row_major=cell.row_major)
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


def _shapes_table(answer: Support) -> Table:
    columns = (Column("array", "name"), Column("axes", "axes"), Column("role", "what it is"), Column("when", "where"))
    lines = [Line((each.name, each.axes, role_words(each.role), each.when or None)) for each in answer.shapes]
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

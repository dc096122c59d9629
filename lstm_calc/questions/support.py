"""What each framework offers, and how it stores it, derived from the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.equations.text import blocks_of, formulas
from lstm_calc.frameworks import OPTIONS, Framework, Layout, Row, Signal, equation_words, framework, frameworks, who_offers
from lstm_calc.frameworks.counting import bias_vectors, general_axes, rows_of
from lstm_calc.model import KINDS, Model
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.frameworks import framework_document, frameworks_document
from lstm_calc.questions.params import params
from lstm_calc.questions.tensors import transposed

if TYPE_CHECKING:
    from lstm_calc.model import Layer
    from lstm_calc.model.cells import Equation
    from lstm_calc.render.document import Document

_SMALLEST: dict[str, Any] = {"units": 2, "filters": 2, "kernel_size": (1,)}
_PROBES = {kind: KINDS[kind](**{name: _SMALLEST[name] for name in KINDS[kind].fields if name in _SMALLEST}) for kind in CELLS}
"""The smallest layer of each cell, whose rows show how its tensors lie."""


class CellSupport(Data):
    """How a framework stores one cell.

    ``gates`` are in the stored order, ``letters`` the framework's names for them; ``transposed``: kernels are (input, units);
    ``raveled``: they lie row by row in a place of the other shape; ``bias_vectors`` says how many each gate has,
    ``forget_bias`` what is added to the forget gate at run time. ``options`` are what is on offer beyond the plain layer, of
    which ``default`` holds where a layer leaves the choice open; ``lacks`` what is not, with the frameworks that have it.
    ``equations`` are those of the plain layer, in the words of the cells' table, ``formulas`` the same as people write them;
    ``rows`` are the tensors of a layer alone.
    """

    cell: str
    gates: tuple[str, ...]
    letters: tuple[str, ...]
    transposed: bool
    raveled: bool
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

    ``input`` has the axes of what a recurrent layer reads, ``signals`` its other inputs, states and outputs.
    """

    schema = "lstm-calc/framework/1"
    json = (*("schema", "framework", "title", "release", "package", "cells", "others", "lacks", "input", "signals", "flow_note"),)

    framework: str
    title: str
    release: str
    package: str
    cells: dict[str, CellSupport]
    others: tuple[OtherSupport, ...]
    lacks: dict[str, tuple[str, ...]]
    input: str
    signals: tuple[Signal, ...]
    flow_note: str

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return super().data() | {"cells": plain([*self.cells.values()])}

    def document(self) -> Document:
        """Return the framework's page."""
        return framework_document(self)


class SupportList(Answer):
    """Every framework, in the order of every list."""

    schema = "lstm-calc/frameworks/1"
    json = ("schema", "frameworks")

    frameworks: tuple[Support, ...]

    def document(self) -> Document:
        """Return what each framework offers and how it stores it, side by side."""
        return frameworks_document(self)


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
        others=tuple(
            OtherSupport(kind, _whole_rows(layout), layout.initial, (), layout.source)
            for kind, layout in table.layouts.items()
            if kind not in CELLS and layout.rows
        ),
        lacks={cell: offering[cell][""] for cell in CELLS if cell not in table.layouts},
        input=f"{table.sequence} features",
        signals=table.signals,
        flow_note=table.flow_note,
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
        transposed=any(turned for row in rows for turned in transposed(row, general_axes(row, probe)).values()),
        raveled=any(row.raveled for row in rows),
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
    blocks = blocks_of({(gate.gate, role): shape for gate in gates for role, shape in gate.shapes.items()})
    states: dict[str, tuple[str, ...]] = dict.fromkeys(CELLS[probe.kind].states, ("units",))
    return tuple(each.text for each in formulas(equations, blocks, states, forget_bias=forget_bias))


def _whole_rows(layout: Layout) -> tuple[Row, ...]:
    """Return the rows under the full names that the tensors of a single layer have."""
    return tuple(row.replace(name=layout.path + row.name) if layout.path else row for row in layout.rows)

"""What each framework offers, and how it stores it: derived from the tables, never typed."""

from __future__ import annotations

from typing import Any

from lstm_calc.cells import CELLS
from lstm_calc.frameworks import FRAMEWORKS, OPTIONS, Framework
from lstm_calc.model import GRU, LSTM, RNN, ConvLSTM, Layer, Model
from lstm_calc.questions.params import bias_vectors
from lstm_calc.questions.tensors import tensors
from lstm_calc.record import Record

_PROBES: dict[str, Layer] = {"lstm": LSTM(2), "gru": GRU(2), "rnn": RNN(2), "conv_lstm": ConvLSTM(2, (1,))}
"""The smallest layer of each cell, laid out to see how its tensors lie."""


class CellSupport(Record):
    """How a framework stores one cell.

    ``gates`` are in the stored order, ``letters`` the framework's names for them; ``transposed``: kernels are (input, units);
    ``raveled``: they lie row by row in a place of the other shape; ``bias_vectors`` says how many each gate has,
    ``forget_bias`` what is added to the forget gate at run time, ``options`` what is on offer beyond the plain layer.
    """

    cell: str
    gates: tuple[str, ...]
    letters: tuple[str, ...]
    transposed: bool
    raveled: bool
    bias_vectors: dict[str, int]
    forget_bias: int
    options: tuple[str, ...]
    source: str


class Support(Record):
    """A framework, the release whose tensors were recorded, and its cells by name."""

    framework: str
    title: str
    release: str
    cells: dict[str, CellSupport]


class SupportList(Record):
    """Every framework, in the order of every list."""

    frameworks: tuple[Support, ...]

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        tables = [support.asdict() | {"cells": [cell.asdict() for cell in support.cells.values()]} for support in self.frameworks]
        return {"schema": "lstm-calc/frameworks/1", "frameworks": tables}


def support() -> SupportList:
    """Return what every framework offers."""
    return SupportList(
        tuple(
            Support(
                framework=table.name,
                title=table.title,
                release=table.release,
                cells={cell: _cell(table, cell) for cell in CELLS if cell in table.layouts},
            )
            for table in FRAMEWORKS.values()
        )
    )


def _cell(table: Framework, cell: str) -> CellSupport:
    layout, probe = table.layouts[cell], Model([_PROBES[cell]], input_dim=1)
    parts = [part for tensor in tensors(probe, table.name).tensors for part in tensor.parts]
    return CellSupport(
        cell=cell,
        gates=tuple(layout.gates.split()),
        letters=tuple(layout.letters.split()),
        transposed=any(part.transposed for part in parts),
        raveled=any(part.raveled for part in parts),
        bias_vectors=bias_vectors(_PROBES[cell], table.name),
        forget_bias=layout.forget_bias,
        options=tuple(word for word in OPTIONS if word in layout.options.split()),
        source=layout.source,
    )

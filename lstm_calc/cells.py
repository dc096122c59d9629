"""The recurrent cells: what gates each has, in the order and under the names used on every screen.

A cell knows no framework: names, orders and shapes of stored tensors are the business of :mod:`lstm_calc.frameworks`.
"""

from __future__ import annotations

from lstm_calc.record import Record


class Cell(Record):
    """One recurrent cell.

    ``gates`` are all its affine maps of input and state, the candidate among them; ``source`` is where it was published.
    """

    name: str
    gates: tuple[str, ...]
    source: str


CELLS = {
    cell.name: cell
    for cell in (
        Cell("lstm", ("input", "forget", "cell", "output"), "Gers, Schmidhuber and Cummins 2000, Learning to Forget"),
        Cell("gru", ("reset", "update", "candidate"), "Cho et al. 2014, arXiv 1406.1078"),
        Cell("rnn", ("hidden",), "Elman 1990, Finding Structure in Time"),
        Cell("conv_lstm", ("input", "forget", "cell", "output"), "Shi et al. 2015, arXiv 1506.04214"),
    )
}

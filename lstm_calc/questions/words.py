"""Words that several answers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.frameworks.setting import setting_used

if TYPE_CHECKING:
    from lstm_calc.model import Model

_LONGEST_TITLE = 100


def headline(model: Model) -> str:
    """Return the model in its notation where it is short enough for a title."""
    text = str(model)
    count = len(model.uses)
    return text if len(text) <= _LONGEST_TITLE else f"a model of {count:,} layer{'s' * (count > 1)}"


FROM_FILE = ", from the file"
"""Why a model is counted in a framework that nobody asked for."""


def from_file(model: Model, framework: str) -> str:
    """Return, in words, where a framework comes from that nobody asked for: the model's file or code, or what is set for all.

    Nothing where it is another one.
    """
    if framework == model.framework:
        return ", from the code" if model.origin else FROM_FILE
    found = setting_used()
    return f", from {found.place}" if model.framework is None and found and found.framework == framework else ""


def block_words(*, transposed: bool, raveled: bool) -> str:
    """Return, in words, how the two sides of a kernel's block lie."""
    return f"{'in, out' if transposed else 'out, in'}{', raveled' * raveled}"


BLOCK_LEGEND = "out, in: the rows of a kernel block are the units that it computes; in, out: its columns are"

RAVELED_LEGEND = "raveled: the numbers of a block, read row by row, are that matrix, whatever the shape of their place"

EQUATION_LEGEND = (
    "pre(gate) = W x + U h + b (and + p * c with a peephole, + the forget bias); into and back are its halves, W x + b and U v + b'"
)

FLOW_WORDS = {
    "input": "input",
    "lengths": "lengths",
    "initial": "initial state",
    "value": "value",
    "output": "output",
    "state": "state",
    "final": "final state",
}
"""What flows through a layer, by role."""


def measure_words(name: str) -> str:
    """Return the name of a measure for people."""
    return {"params": "parameters", "macs": "MACs", "step_ns": "nanoseconds a step"}.get(name, name)

"""What else is to be known of a run beside its shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import few
from lstm_calc.model.cells import CELLS
from lstm_calc.model.layers.windows import Positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks import Framework
    from lstm_calc.questions.shapes import LayerPlace


def run_notes(places: Sequence[LayerPlace], table: Framework) -> Iterator[str]:
    """Yield what else is to be known of this run."""
    windows = [place.name for place in places if isinstance(place.layer, Positions) and not place.layer.channels_first]
    if windows and table.channels_first:
        order = "(batch, features, positions)"
        yield f"{few(windows)}: {table.name} has the features behind the batch there, {order}; they stand last here"
    cells = [place for place in places if place.layer.kind in CELLS]
    if cells and table.flow_note:
        yield table.flow_note
    if cells and table.selective:
        yield from _selective_notes(cells)
    backwards = [place.name for place in cells if place.layer.asdict()["go_backwards"]]
    if backwards:
        yield f"{few(backwards)}: read from the last step to the first, and the output is in that order"
    dense = [each.name for each in places if each.layer.kind == "dense" and each.after.steps and "steps" in each.order]
    if dense:
        yield f"{few(dense)}: applied at every step"


def _selective_notes(cells: Sequence[LayerPlace]) -> Iterator[str]:
    """Yield the arguments with which layers return what is shown here."""
    every = [place.name for place in cells if place.after.steps]
    if every:
        yield f"return_sequences=True in {few(every)}"
    silent = [place.name for place in cells if not place.layer.asdict()["return_state"]]
    if silent:
        yield f"final states: returned with return_state=True only, which {few(silent)} {_lacks(len(silent))}"
    stateful = [place.name for place in cells if place.layer.asdict()["stateful"]]
    if stateful:
        yield f"{few(stateful)}: stateful, the final states are the initial ones of the next batch"


def _lacks(count: int) -> str:
    return "do not have" if count > 1 else "does not have"

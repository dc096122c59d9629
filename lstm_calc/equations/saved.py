"""Which values of one step of a cell are saved for the backward pass: those that some derivative is computed from.

A function saves what :data:`lstm_calc.model.cells.FUNCTIONS` says, a product each factor whose other needs a gradient; a product
with a trained matrix saves the vector. A value that several operations need is saved once. The states before the initial step need
no gradient.
"""

from __future__ import annotations

from functools import cache
from itertools import count

from lstm_calc.equations.parse import Visitor
from lstm_calc.frozen import Record
from lstm_calc.model.cells import CELLS, FUNCTIONS


class SavedForBackward(Record):
    """What one step saves: the sizes of values, the names of states before and after the step, and whether it saves the input."""

    values: tuple[str, ...]
    before: frozenset[str]
    after: frozenset[str]
    input: bool


@cache
def saved_for_backward(
    kind: str,
    words: frozenset[str],
    peepholes: frozenset[str] = frozenset(),
    *,
    trainable: bool = True,
    input_gradient: bool = True,
    initial_step: bool = False,
) -> SavedForBackward:
    """Return what one step of a cell saves, whose equations ``words`` choose; ``peepholes`` are the gates that have one.

    ``trainable``: its weights need a gradient; ``input_gradient``: its input needs one; ``initial_step``: the states before the
    step need none.

    >>> saved_for_backward("lstm", frozenset()).values
    ('units', 'units', 'units', 'units', 'units')
    """
    cell, gradient = CELLS[kind], (trainable or input_gradient) and not initial_step
    before = {state.name: _SavedValue(f"{state.name} before", state.size, gradient) for state in cell.states.values()}
    saver = _Saver({"x": _SavedValue("x", "input", input_gradient), **before}, peepholes, trainable=trainable)
    saver.step(cell.equations_for(set(words)))
    after = {state: saver.scope[state] for state in cell.states}
    apart = {"x", *(value.name for value in (*before.values(), *after.values()))}
    return SavedForBackward(
        values=tuple(size for name, size in saver.saved.items() if name not in apart),
        before=frozenset(state for state, value in before.items() if value.name in saver.saved),
        after=frozenset(state for state, value in after.items() if value.name in saver.saved),
        input="x" in saver.saved,
    )


class _SavedValue(Record):
    """A value of a step: a name of its own, the word for its size (both empty for a number), and whether it needs a gradient."""

    name: str
    size: str
    gradient: bool


class _Saver(Visitor[_SavedValue]):
    """Collects the values that are saved, by name with their sizes."""

    def __init__(self, scope: dict[str, _SavedValue], peepholes: frozenset[str], *, trainable: bool) -> None:
        super().__init__(scope, peepholes)
        self.trainable = trainable
        self.saved: dict[str, str] = {}
        self._results = count(1)

    def number(self, _number: int, /) -> _SavedValue:
        return _SavedValue("", "", gradient=False)

    def apply(self, function: str, /, *arguments: _SavedValue) -> _SavedValue:
        gradient, saves = any(argument.gradient for argument in arguments), FUNCTIONS[function].saves
        result = self._result(next((each.size for each in arguments if each.size), ""), gradient=gradient)
        if saves == "result":
            self._save(result, needed=gradient)
        for at, argument in enumerate(arguments):
            others = any(other.gradient for other in (*arguments[:at], *arguments[at + 1 :]))
            self._save(argument, needed=(saves == "others" and others) or (saves == "arguments" and gradient))
        return result

    def weigh(self, role: str, _gate: str | None, value: _SavedValue, /) -> _SavedValue:
        self._save(value, needed=self.trainable)
        return self._result("output" if role == "projection" else "units", gradient=self.trainable or value.gradient)

    def _result(self, size: str, *, gradient: bool) -> _SavedValue:
        return _SavedValue(f"value {next(self._results)}", size, gradient)

    def _save(self, value: _SavedValue, *, needed: bool) -> None:
        if needed and value.name:
            self.saved[value.name] = value.size

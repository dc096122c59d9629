"""Words that the titles, notes and legends of several answers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, few
from lstm_calc.frameworks import Framework, framework, with_defaults
from lstm_calc.frameworks.setting import setting_used
from lstm_calc.questions.answer import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lstm_calc.model import Model

_LONGEST_TITLE = 100


def counted(number: int, noun: str) -> str:
    """Return a number and its noun.

    >>> counted(1, "step"), counted(3000, "step")
    ('1 step', '3,000 steps')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def headline(model: Model) -> str:
    """Return the model in the notation, or its number of layers where the notation is too long for a title or cannot say it."""
    from lstm_calc.formats.notation import write

    number = counted(len(model.uses), "layer")
    try:
        text = write(model)
    except ModelError:
        return f"a graph of {number}"
    return text if len(text) <= _LONGEST_TITLE else f"a model of {number}"


def from_file(model: Model, framework: str) -> str:
    """Return, in words, where a framework comes from that nobody asked for; nothing where it is another one.

    It is that of the model's file, of the model itself (a call, code or weights), or what is set for all.
    """
    if framework == model.framework:
        return ", from the model" if model.origin else ", from the file"
    found = setting_used()
    return f", from {found.place}" if model.framework is None and found and found.framework == framework else ""


def in_framework(model: Model, framework: str) -> str:
    """Return, for a title, the model and the framework that answers, and where that comes from if nobody asked for it."""
    return f"{headline(model)} in {framework}{from_file(model, framework)}"


def steps_by_default(model: Model, table: Framework) -> str:
    """Return, in words, which steps a recurrent layer of a model gives because that is a framework's default; empty for none."""
    found, free = with_defaults(model, table), model.replace(framework=None)
    last, every = (with_defaults(free, table.replace(selective=selective)) for selective in (True, False))
    for layer, one, two in zip(found.flat, last.flat, every.flat, strict=True):
        if one != two:
            return "every step by default" if layer.asdict()["return_sequences"] else "last step only by default"
    return ""


def run_words(model: Model, framework_name: str, *, several_steps: bool) -> str:
    """Return, for a title, which steps a framework gives by default, where that changes what is run; empty elsewhere."""
    words = steps_by_default(model, framework(framework_name)) if several_steps else ""
    return f" ({words})" if words else ""


def runs_words(each: Iterable[tuple[str, Model, str]], *, several_steps: bool) -> str:
    """Return the same for several models, each by its name, with its framework."""
    by_words = grouped(each if several_steps else (), lambda one: steps_by_default(one[1], framework(one[2])))
    by_words.pop("", None)
    return "; ".join(["", *(f"{words}: {few([name for name, *_ in some])}" for words, some in by_words.items())])


def batch_words(batch: int = 1, steps: int | None = None, lengths: Sequence[int] | None = None, space: Sequence[int] = ()) -> str:
    """Return, in words, what is run.

    >>> batch_words(8, 20, space=(32, 32)), batch_words(2, lengths=(3, 4))
    ('batch 8, 20 steps of 32x32 images', 'batch 2, 7 valid steps')
    """
    image = f" of {'x'.join(map(str, space))} images" if space else ""
    if lengths is not None:
        return f"batch {len(lengths):,}, {sum(lengths):,} valid steps{image}"
    return f"batch {batch:,}, {counted(steps or 1, 'step')}{image}"


def block_words(*, transposed: bool, row_major: bool) -> str:
    """Return, in words, the order of the two axes of a kernel's block."""
    return f"{'in, out' if transposed else 'out, in'}{', row-major' * row_major}"


BLOCK_LEGEND = "out, in: the rows of a kernel block are the units that it computes; in, out: its columns are"

ROW_MAJOR_LEGEND = "row-major: the numbers of a block, read row by row, are that matrix, whatever the shape of their place"


def role_words(role: str) -> str:
    """Return, in words, what an input, state or output of a layer is."""
    return f"{role} state" if role in {"initial", "final"} else role

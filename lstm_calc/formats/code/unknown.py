"""What the text of a program does not say: values that are not known, each with the expressions that it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Iterable


class Place(Record):
    """Where something stands: the file's name and the line."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return it as compilers write it: ``model.py:12``."""
        return f"{self.file}:{self.line}"


class Cause(Record):
    """An expression whose value the text does not say, where it stands, and the names that hold its value."""

    text: str
    place: Place
    why: str = ""
    names: tuple[str, ...] = ()
    shown: str = ""
    """The expression as it stands in the text, where that is another spelling."""
    source: str = ""
    """The expression by what its parts stand for, as ``config.size`` for ``self.config.size``; empty where it is the same."""


class Unknown:
    """A value that the text does not say, and the expressions that it depends on."""

    def __init__(self, causes: Iterable[Cause]) -> None:
        """Take the causes."""
        self.causes = tuple(dict.fromkeys(causes))


class UnknownChoice(Unknown):
    """One of two values, of which it is not known which; its causes are those of the condition."""


class UnknownSize(Unknown):
    """The size of an axis of a tensor that is followed, by the axis of the model; it is not known before the model runs."""

    def __init__(self, axis: int, cause: Cause) -> None:
        """Take the axis, and the expression."""
        super().__init__([cause])
        self.axis = axis


class LostTensor(Unknown):
    """What a layer gives that is called on something that is not known: a tensor whose layer no graph has."""


class UnknownEntries(Unknown):
    """Among the entries of a list, or the keys of a dict: any number of entries, of which nothing is known."""


class UnknownObject(Unknown):
    """What a call of something outside the text gives: an object that is not known, apart from the attributes that it is given."""

    def __init__(self, cause: Cause, path: str) -> None:
        """Take the call, and the path of what is called."""
        super().__init__([cause])
        self.path = path
        self.name = ""
        """The name that the text gives it first."""
        self.attributes: dict[str, Any] = {}
        self.frozen: set[str] = set()
        self.file: Any = None
        """The path of the file that it is, where it is an open one."""
        self.used = False
        """Whether the text asks for its parameters, as it does of a layer."""
        self.chosen: tuple[Cause, ...] = ()
        """The values that choose what is called, where these are not known."""


class Imported:
    """Something that is imported from outside the text, by its path, such as ``torch.nn.LSTM``."""

    def __init__(self, path: str, cause: Cause) -> None:
        """Take the path, and the expression that stands for it."""
        self.path = path
        self.cause = cause


class NoValue:
    """The class of :data:`MISSING`."""


MISSING = NoValue()
"""No value at all."""


def causes_of(value: Any) -> tuple[Cause, ...]:
    """Return the expressions that a value depends on and that are not known; none for a value that is known."""
    found: dict[Cause, None] = {}
    seen: set[int] = set()
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, Unknown):
            found |= dict.fromkeys(each.causes)
        elif isinstance(each, Imported):
            found[each.cause] = None
        elif isinstance(each, (list, tuple)) and id(each) not in seen:
            seen.add(id(each))
            todo += reversed(each)
    return tuple(found)


def is_unknown(value: Any) -> bool:
    """Return whether a value is not known."""
    return isinstance(value, (Unknown, Imported))


INPUT = "input_dim"
"""What the width of the model's input is called where nothing in the text stands for it; ``--input`` says it."""


def unknown_input(place: Place, reader: str = "") -> Unknown:
    """Return the width of the model's input, or of what a module reads, which nothing in the text stands for."""
    what = f"that flows into {reader}" if reader else "of the input"
    return Unknown([Cause(INPUT, place, f"(the width {what}) is not in the code; say it as --input N")])

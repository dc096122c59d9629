"""Python as text: calls with their arguments, wrapped where a line would be too long, and names that may stand in it."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record
from lstm_calc.model import fresh_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH = 100


class CodeCall(Record):
    """A call, or a list in brackets: ``head``, its items, and ``tail``."""

    head: str
    items: tuple[CodeCall | str, ...]
    tail: str = ")"

    def __str__(self) -> str:
        """Return it on one line."""
        return f"{self.head}{', '.join(map(str, self.items))}{self.tail}"


def call(function: str, *positional: object, **named: object) -> CodeCall:
    """Return a call with arguments that are text already; a named one that is None is left out.

    >>> str(call("nn.LSTM", 3, 4, bias=False, proj_size=None))
    'nn.LSTM(3, 4, bias=False)'
    """
    items = [each if isinstance(each, CodeCall) else str(each) for each in positional]
    for name, value in named.items():
        if isinstance(value, CodeCall):
            items.append(value.replace(head=f"{name}={value.head}"))
        elif value is not None:
            items.append(f"{name}={value}")
    return CodeCall(f"{function}(", tuple(items))


def with_numbers(node: CodeCall, values: Mapping[str, object]) -> CodeCall:
    """Return a call with values in the place of names, also as factors.

    >>> str(with_numbers(call("f", "n", "2 * n", a="n"), {"n": 3}))
    'f(3, 6, a=3)'
    """
    return node.replace(
        items=tuple(with_numbers(each, values) if isinstance(each, CodeCall) else _valued(each, values) for each in node.items)
    )


def _valued(item: str, values: Mapping[str, object]) -> str:
    key, equals, word = item.rpartition("=")
    factor, times, name = word.rpartition(" * ")
    value = values.get(name)
    if times and isinstance(value, int):
        value = int(factor) * value
    return item if value is None else f"{key}{equals}{value}"


def written(node: CodeCall | str, indent: int = 0, after: int = 0) -> str:
    """Return an expression as text, one item per line where a line would be too long; ``after`` columns follow it."""
    if isinstance(node, str):
        return node
    flat = str(node)
    if indent + len(flat) + after <= WIDTH or not node.items:
        return flat
    items = "".join(f"{' ' * (indent + 4)}{written(item, indent + 4, 1)},\n" for item in node.items)
    return f"{node.head}\n{items}{' ' * indent}{node.tail}"


def statement(indent: int, target: str, node: CodeCall | str, comment: str = "") -> str:
    """Return an assignment, with a comment behind it: on its first line, where it has several.

    >>> statement(4, "x", call("f", 1), "1 parameter")
    '    x = f(1)  # 1 parameter'
    """
    start = f"{' ' * indent}{target} = " if target else " " * indent
    first, *rest = written(node, indent, len(start) - indent).split("\n")
    note = f"  # {comment}" if comment else ""
    return "\n".join([f"{start}{first}{note}", *rest])


def tuple_of(values: Iterable[object]) -> str:
    """Return a tuple as text.

    >>> tuple_of((3,)), tuple_of((3, 4))
    ('(3,)', '(3, 4)')
    """
    items = [str(value) for value in values]
    return f"({', '.join(items)}{',' * (len(items) == 1)})"


def one_or_tuple(values: Iterable[object]) -> str:
    """Return one value that is the same along each dimension, else all of them.

    >>> one_or_tuple((3, 3)), one_or_tuple((3, 4))
    ('3', '(3, 4)')
    """
    items = tuple(values)
    return str(items[0]) if len(set(items)) == 1 else tuple_of(items)


def unless_ones(values: Sequence[int]) -> str | None:
    """Return one value for each dimension as :func:`one_or_tuple` does, None where all are 1."""
    return one_or_tuple(values) if set(values) != {1} else None


class Names:
    """The names that are taken in one piece of code."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Take those that are taken from the beginning."""
        self._taken = dict.fromkeys(taken, 1)

    def fresh(self, text: str) -> str:
        """Return an identifier made of a text that is not taken yet.

        >>> names = Names(["nn"])
        >>> names.fresh("a/b-1"), names.fresh("nn"), names.fresh("2nd"), names.fresh("class")
        ('a_b_1', 'nn_1', 'layer_2nd', 'class_')
        """
        name = re.sub(r"\W|[^\x00-\x7f]", "_", text).strip("_") or "layer"
        name = f"layer_{name}" if name[0].isdigit() else f"{name}_" if keyword.iskeyword(name) else name
        return fresh_name(name, self._taken)

"""What every answer can do: give its plain values, and show itself as a document.

The plain values of a part are its fields, or the fields and properties that its class names in ``json``, in that order; parts
inside of it give theirs. A class whose JSON has another form than itself overrides :meth:`Data.data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from lstm_calc.render.document import Document


Item = TypeVar("Item")
Key = TypeVar("Key", bound="Hashable")


def plain(value: Any) -> Any:
    """Return a value as JSON has it: parts and records as objects of their fields, tuples as lists.

    >>> plain({"a": (1, (None, "b"))})
    {'a': [1, [None, 'b']]}
    """
    if isinstance(value, Data):
        return value.data()
    if isinstance(value, Record):
        return _with_old_names(value, value.fields)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, (tuple, list)) else value


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Return items by what a function returns for each, in order.

    >>> grouped("bach", str.isalpha), grouped([1, 2, 3], lambda number: number % 2)
    ({True: ['b', 'a', 'c', 'h']}, {1: [1, 3], 0: [2]})
    """
    found: dict[Key, list[Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def _with_old_names(part: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return what a part has of some names, and the same under the former names that its class still shows in JSON."""
    values = {name: plain(getattr(part, name)) for name in names}
    return values | {old: values[name] for old, name in getattr(part, "old_names", {}).items()}


class Data(Record):
    """A part of an answer; ``json`` names what its JSON object shows, in order: all fields where it is empty."""

    json: ClassVar[tuple[str, ...]] = ()
    old_names: ClassVar[dict[str, str]] = {}
    """Former names of what JSON shows, which it keeps, each with the present one."""

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return _with_old_names(self, self.json or self.fields)

    def get(self, *names: str) -> Iterator[Any]:
        """Yield what it has of some names, for a row of a table."""
        return (getattr(self, name) for name in names)


class Answer(Data):
    """A whole answer; ``schema`` names the JSON Schema of its plain values."""

    schema: ClassVar[str] = ""

    def document(self, *args: Any, **kwargs: Any) -> Document:
        """Return the answer as a document: a title, tables with typed columns, notes."""
        raise NotImplementedError

"""Where the sizes of a program's layers come from: the expressions that they are, and the lines that give these their values."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families import FAMILIES
from lstm_calc.formats.code.keras_classes import CLASSES
from lstm_calc.formats.code.keras_tensors import Layer
from lstm_calc.formats.code.values import Instance, Made, Place, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.formats.code.settings import Settings

_MOST = 10_000
_LONGEST = 200


class Origins:
    """The places where names were given their values, and a line for each layer; kept only where it is asked for."""

    def __init__(self, settings: Settings, *, kept: bool) -> None:
        """Take the values that are said beside the program, and whether anything is kept."""
        self.kept = kept
        self._settings = settings
        self._places: dict[tuple[int, str], Place] = {}
        self._holders: list[Any] = []
        """What the places belong to, so that no other object gets one's identity."""
        self._lines: dict[str, None] = {}

    def place(self, holder: Any, name: str, place: Place) -> None:
        """Keep where a name of a scope, or an attribute of an object, is given its value."""
        if self.kept and len(self._places) < _MOST:
            self._places[id(holder), name] = place
            self._holders.append(holder)

    def layer(self, made: Any, node: ast.Call, scope: Scope) -> None:
        """Keep where a layer is made, and what its arguments are."""
        if not self.kept or not isinstance(made, (Made, Layer)) or len(self._lines) >= _MOST:
            return
        kind = FAMILIES[made.family].get(made.name) if isinstance(made, Made) else None
        names = list(kind.arguments) if kind else CLASSES.get(made.name, "").split()
        values = made.arguments if isinstance(made, Made) else made.config
        given = [*zip(names, node.args, strict=False), *((each.arg, each.value) for each in node.keywords if each.arg)]
        sized = [(name, node) for name, node in given if type(values.get(name)) in {int, tuple}]
        parts = [self._argument(name, node, values[name], scope) for name, node in sized]
        if parts:
            self._lines[f"{made.place}: {made.name} with {', '.join(parts)}"] = None

    def _argument(self, name: str, node: ast.expr, value: Any, scope: Scope) -> str:
        if isinstance(node, ast.Constant):
            return f"{name} {value}"
        text = ast.unparse(node)
        words = self._within(node, scope)
        found = dict.fromkeys(f"{word} from {where}" if word != text else f"from {where}" for word, where in words)
        return f"{name} {value} = {text}"[:_LONGEST] + (f" ({', '.join(found)})" if found else "")

    def _within(self, node: ast.expr, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield the names and attributes in an expression, each with what gives it its value."""
        text = ast.unparse(node)
        if self._settings.has(text):
            yield text, "--set"
            return
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            holder = _looked_up(node.value.id, scope)
            place = self._places.get((id(holder[1]), node.attr)) if holder and isinstance(holder[1], Instance) else None
            if place is not None:
                yield text, str(place)
                return
        if isinstance(node, ast.Name):
            holder = _looked_up(node.id, scope)
            place = self._places.get((id(holder[0]), node.id)) if holder else None
            if place is not None:
                yield text, str(place)
            return
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.expr):
                yield from self._within(each, scope)

    def lines(self) -> list[str]:
        """Return a line for each layer that was made."""
        return list(self._lines)


def _looked_up(name: str, scope: Scope) -> tuple[Scope, Any] | None:
    return next(((each, each.names[name]) for each in scope.chain() if name in each.names), None)

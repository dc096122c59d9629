"""A small abstract interpreter of Python: it follows what a program says and runs nothing of it.

What it cannot know becomes :class:`Unknown`, with the expressions that it depends on. Where a condition is not known, both branches
are followed, and every layer that is made there is in doubt.

Here are its state and bounds, attributes and calls. ``statements`` and ``expressions`` have a function for each kind of syntax, and
come back to the interpreter for what is inside; ``operators``, ``binding`` and ``control`` serve both.
"""

from __future__ import annotations

import ast
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.interpreter.expressions import EXPRESSIONS
from lstm_calc.formats.code.interpreter.scopes import BlockEnd, Endless, Raised, bind, either_of
from lstm_calc.formats.code.interpreter.statements import STATEMENTS
from lstm_calc.formats.code.library.objects import is_enum, member
from lstm_calc.formats.code.library.python import CONSTANTS
from lstm_calc.formats.code.messages import Origins
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, Place, Unknown, causes_of
from lstm_calc.formats.code.values import MAX_ITEMS, BuiltIn, ClassValue, FunctionValue, Instance, Module, Scope, Super, is_small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lstm_calc.formats.code.library import Library
    from lstm_calc.formats.code.settings import Settings

_MOST_STEPS = 300_000
_MOST_SECONDS = 0.9
_DEEPEST = 40


class Interpreter:
    """It evaluates expressions and follows statements, within bounds of steps, depth and time."""

    def __init__(self, library: Library, settings: Settings, origins: Origins | None = None) -> None:
        """Take what is known of what programs import, the values that are said, and what keeps where values come from."""
        self.origins = Origins(settings, kept=False) if origins is None else origins
        self.library = library
        self.settings = settings
        self.doubt: tuple[Cause, ...] = ()
        self.turns: tuple[Cause, ...] = ()
        """The part of the doubt that is how often a loop runs: a model that is made in a turn of it is whole."""
        self.assumed: dict[str, Any] = {}
        """The defaults that were taken, by the expressions that have them."""
        self.module: Module | None = None
        """The program, in whose scope a text is evaluated."""
        self.instances: list[Instance] = []
        """Every object of a class of the text that is made, in order."""
        self.layers = 0
        """How many layers are made."""
        self.steps = 0
        self._depth = 0
        self._ends = time.process_time() + _MOST_SECONDS

    def place(self, node: Any, scope: Scope) -> Place:
        """Return where a piece of syntax stands."""
        return Place(scope.module.file, getattr(node, "lineno", 1))

    def unknown(self, node: ast.expr, scope: Scope, why: str = "") -> Unknown:
        """Return that an expression as a whole is not known."""
        return Unknown([self.cause(node, scope, why)])

    def cause(self, node: ast.expr, scope: Scope, why: str = "") -> Cause:
        """Return an expression as something that is not known."""
        text = ast.unparse(node)
        return Cause(text, self.place(node, scope), why, shown=_as_written(node, scope.module.lines) if "'" in text else "")

    def tick(self, node: Any, scope: Scope) -> None:
        """Count a step; raise ModelFileError where there are too many."""
        self.steps += 1
        if self.steps > _MOST_STEPS or (self.steps % 256 == 0 and time.process_time() > self._ends):
            raise ModelFileError("there is too much to follow here", str(self.place(node, scope)))

    def run(self, module: Module) -> None:
        """Follow a module's statements; one that fails is passed over, as is what an exception would have ended."""
        self.module = self.module or module
        for node in module.tree.body:
            try:
                self.block([node], module.scope)
            except Raised:
                continue
            finally:
                self.doubt = ()

    def block(self, body: Sequence[ast.stmt], scope: Scope) -> BlockEnd | None:
        """Follow statements; return what ended them early."""
        for node in body:
            self.tick(node, scope)
            follow = STATEMENTS.get(type(node))
            flow = follow(self, node, scope) if follow else None
            if flow is not None:
                return flow
        return None

    def items(self, value: Any) -> list[Any] | None:
        """Return the values in a value that is iterated over, None where they are not known."""
        if isinstance(value, (list, tuple, set, dict, str, range)):
            return list(value) if len(value) <= MAX_ITEMS else None
        return self.library.items(value)

    def doubted(self, causes: tuple[Cause, ...], follow: Callable[[], Any]) -> Any:
        """Return what following gives, where it is not known whether it happens; an exception ends it."""
        before = self.doubt
        self.doubt = tuple(dict.fromkeys((*before, *causes)))
        try:
            return follow()
        except Raised:
            return None
        finally:
            self.doubt = before

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Follow something without a trace of it in what is said of the program: which values it asks for, and what it imports.

        It has as many steps and as much time as the program itself.
        """
        kept = self.doubt, self._depth, self.settings, dict(self.assumed), self.origins.kept, dict(self.library.imports)
        self.doubt, self.settings, self.origins.kept = (), self.settings.copy(), False
        self.steps, self._ends = 0, time.process_time() + _MOST_SECONDS
        try:
            yield
        finally:
            self.doubt, self._depth, self.settings, self.assumed, self.origins.kept, self.library.imports = kept

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """Return the value of an expression; one that is set beside the program is that."""
        self.tick(node, scope)
        if self.settings and not isinstance(node, (ast.Name, ast.Constant)):
            said = self.settings.at(node)
            if said is not MISSING:
                return said
        evaluate = EXPRESSIONS.get(type(node))
        return evaluate(self, node, scope) if evaluate else self.unknown(node, scope)

    def attribute(self, holder: Any, name: str, cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of value
        """Return an attribute of a value; ``cause`` is the expression, for one that is not known."""
        if isinstance(holder, Instance):
            return self._instance_attribute(holder, name, cause)
        if isinstance(holder, ClassValue):
            value = holder.find(name)
            if value is MISSING:
                return self.library.class_attribute(self, holder, name, cause)
            is_method = isinstance(value, FunctionValue) and "classmethod" in value.decorators
            return value.bound(holder) if is_method else value
        if isinstance(holder, Super):
            value = holder.instance.cls.find(name, holder.after) if holder.instance.cls else MISSING
            if isinstance(value, FunctionValue):
                return value.bound(holder.instance)
            return self.library.base_attribute(self, holder, name, cause) if value is MISSING else value
        if isinstance(holder, Module):
            value = holder.scope.names.get(name, MISSING)
            inner = self.library.files.module(self, f".{name}", holder) if value is MISSING and holder.is_package else value
            return Unknown([cause]) if inner is None or inner is MISSING else inner
        if isinstance(holder, Imported):
            path = f"{holder.path}.{name}"
            if path.endswith(".flags.FLAGS"):
                return self.library.flags
            return CONSTANTS[path] if path in CONSTANTS else Imported(path, cause)
        return self.library.attribute(self, holder, name, cause)

    def _instance_attribute(self, holder: Instance, name: str, cause: Cause) -> Any:
        if name in holder.attributes:
            return holder.attributes[name]
        value = holder.cls.find(name) if holder.cls else MISSING
        if isinstance(value, FunctionValue):
            if "staticmethod" in value.decorators:
                return value
            bound = value.bound(holder.cls if "classmethod" in value.decorators else holder)
            properties = {"property", "cached_property", "functools.cached_property"}
            return self.call(bound, [], {}, cause) if properties & set(value.decorators) else bound
        return self.library.attribute(self, holder, name, cause) if value is MISSING else value

    def is_default(self, *values: Any) -> bool:
        """Return whether it is one plain value, as a default is."""
        return len(values) == 1 and isinstance(values[0], (int, float, str, bool, type(None)))

    def assume(self, value: Any, cause: Cause) -> Any:
        """Return the default of an expression whose value is not known, and keep that it was taken."""
        self.assumed[cause.text] = value
        return value

    def call(self, function: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of value
        """Return what a call gives."""
        if self._depth >= _DEEPEST:
            return Unknown([cause])
        self._depth += 1
        try:
            if isinstance(function, FunctionValue):
                return self._call_function(function, positional, named, cause)
            if isinstance(function, ClassValue):
                return self.make(function, positional, named, cause)
            if isinstance(function, Instance):
                return self.library.call_instance(self, function, positional, named, cause)
            if isinstance(function, BuiltIn):
                return function.call(*positional, at=cause, **named)
            positional = [each if is_small(each) else Unknown([cause]) for each in positional]
            named = {name: each if is_small(each) else Unknown([cause]) for name, each in named.items()}
            return self.library.call(self, function, positional, named, cause)
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
            if not isinstance(function, (BuiltIn, Imported)):
                raise
            return Unknown(causes_of([*positional, *named.values()]) or [cause])  # a call that Python would refuse
        finally:
            self._depth -= 1

    def make(self, cls: ClassValue, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        """Return a new object of a class of the text."""
        if is_enum(cls):
            found = member(cls, positional[0] if positional else MISSING)
            return Unknown(causes_of(list(positional)) or [cause]) if found is MISSING else found
        instance = Instance(cls, cause.place)
        instance.made = (tuple(positional), dict(named), self.doubt, cause)
        self.instances.append(instance)
        start = cls.find("__init__")
        if isinstance(start, FunctionValue):
            self.call(start.bound(instance), positional, named, cause)
        else:
            self.library.make(self, instance, positional, named, cause)
        return instance

    def _call_function(self, function: FunctionValue, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        node = function.node
        scope = Scope(function.scope.module, function.scope, function.owner)
        instance = () if function.instance is None else (function.instance,)
        bind(self, function, [*instance, *positional], named, scope, cause)
        if isinstance(node, ast.Lambda):
            return self.value(node.body, scope)
        inside = list(_inside(node))
        if any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in inside):
            return self._generated(node, inside, scope, cause)
        doubt = self.doubt
        try:
            flow = self.block(node.body, scope)
        finally:
            self.doubt = doubt
        found = flow.value if flow is not None else None
        for value, causes in reversed(scope.returned):
            found = either_of(value, found, causes)
        return found

    def _generated(self, node: Any, inside: list[ast.AST], scope: Scope, cause: Cause) -> Any:
        """Return what a generator gives as a list; one that may not end, or gives much, is not known."""
        scope.yielded = []
        if not any(isinstance(each, ast.While) for each in inside):
            try:
                self.block(node.body, scope)
            except Endless:
                return Unknown([cause])
            return scope.yielded
        return Unknown([cause])


def _inside(node: Any) -> Iterator[ast.AST]:
    """Yield the parts of a function, without those of functions inside it."""
    todo = list(node.body)
    while todo:
        each = todo.pop()
        yield each
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(each)


def _as_written(node: ast.expr, lines: list[str]) -> str:
    """Return an expression as it stands in a line of the text; nothing for one that goes over several, or is not plain text."""
    end = node.end_lineno or 0
    if node.lineno != end or not 0 < end <= len(lines) or not lines[end - 1].isascii():
        return ""
    return lines[end - 1][node.col_offset : node.end_col_offset]

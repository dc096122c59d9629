"""A small abstract interpreter of Python: it follows what a program says and runs nothing of it.

What it cannot know becomes :class:`Unknown`, with the expressions that it depends on. Where a condition is not known, both branches
are followed, and every layer that is made there is in doubt.
"""

from __future__ import annotations

import ast
import operator
import re
import time
from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.origins import Origins
from lstm_calc.formats.code.values import (
    MISSING,
    Array,
    Built,
    Cause,
    Choice,
    Class,
    External,
    Foreign,
    Function,
    Instance,
    Made,
    Module,
    Place,
    Scope,
    Super,
    Unknown,
    causes_of,
    is_small,
    is_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lstm_calc.formats.code.library import Library
    from lstm_calc.formats.code.settings import Settings

_MOST_STEPS = 300_000
_MOST_SECONDS = 0.9
_DEEPEST = 40
_MOST_TURNS = 5_000
_MOST_BITS = 4_096
_MOST_ITEMS = 100_000


class Raised(Exception):  # noqa: N818 - it stands for an exception of the program that is read
    """The program raises an exception here."""


class Flow:
    """What ends a block before its end: return (with a value), break or continue."""

    def __init__(self, kind: str, value: Any = None) -> None:
        """Take what it is, and the value that is returned."""
        self.kind = kind
        self.value = value


class Interpreter:
    """It evaluates expressions and follows statements, within bounds of steps, depth and time."""

    def __init__(self, library: Library, settings: Settings, origins: Origins | None = None) -> None:
        """Take what is known of what programs import, the values that are said, and what keeps where values come from."""
        self.origins = Origins(settings, kept=False) if origins is None else origins
        self.library = library
        self.settings = settings
        self.doubt: tuple[Cause, ...] = ()
        self.assumed: dict[str, Any] = {}
        """The defaults that were taken, by the expressions that have them."""
        self.module: Module | None = None
        """The program, in whose scope a text is evaluated."""
        self.instances: list[Instance] = []
        """Every object of a class of the text that is made, in order."""
        self._steps = 0
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
        self._steps += 1
        if self._steps > _MOST_STEPS or (self._steps % 256 == 0 and time.process_time() > self._ends):
            raise ModelFileError("there is too much to follow here", str(self.place(node, scope)))

    # Statements

    def run(self, module: Module) -> None:
        """Follow a module's statements; one that fails is passed over, as is what an exception would have ended."""
        self.module = self.module or module
        for node in module.tree.body:
            try:
                self.block([node], module.scope)
            except Raised:
                continue

    def block(self, body: Sequence[ast.stmt], scope: Scope) -> Flow | None:
        """Follow statements; return what ended them early."""
        for node in body:
            self.tick(node, scope)
            follow = self._statements.get(type(node))
            flow = follow(self, node, scope) if follow else None
            if flow is not None:
                return flow
        return None

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.store(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.store(node.target, self.value(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        before = self.value(_as_loaded(node.target), scope)
        value = self.value(node.value, scope)
        if isinstance(node.op, ast.Add) and isinstance(before, list) and isinstance(value, (list, tuple)):
            if not is_small(before):
                raise ModelFileError("a list grows too long to be followed here", str(self.place(node, scope)))
            before.extend(value)
            return
        self.store(node.target, self._operate(type(node.op), before, value, node.value, scope), scope)

    def store(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Bind a target to a value."""
        if isinstance(target, ast.Name):
            self.origins.place(scope, target.id, self.place(target, scope))
            self._store_name(target.id, value, scope)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, scope)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            self.origins.place(owner, target.attr, self.place(target, scope))
            self.library.set_attribute(self, owner, target.attr, value)
        elif isinstance(target, ast.Subscript):
            holder, key = self.value(target.value, scope), self.value(target.slice, scope)
            if isinstance(holder, (dict, list)) and not is_unknown(key) and is_small(key):
                try:
                    holder[key] = value
                except (TypeError, IndexError, ValueError):
                    return
        elif isinstance(target, ast.Starred):
            self.store(target.value, value, scope)

    def _store_name(self, name: str, value: Any, scope: Scope) -> None:
        if scope is scope.module.scope:
            said = self.settings.named(name)
            value = value if said is MISSING else said
        if isinstance(value, Unknown) and not isinstance(value, Foreign):
            kind = Choice if isinstance(value, Choice) else Unknown
            value = kind(cause.replace(names=tuple(dict.fromkeys((*cause.names, name)))) for cause in value.causes)
        if isinstance(value, Foreign):
            value.name = value.name or name
        if name in scope.outside:
            scope = next((each for each in list(scope.chain())[1:] if name in each.names), scope.module.scope)
        scope.names[name] = value

    def _unpack(self, targets: Sequence[ast.expr], value: Any, scope: Scope) -> None:
        items = self.items(value)
        starred = next((at for at, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
        if items is not None and starred is not None and len(items) >= len(targets) - 1:
            after = len(targets) - starred - 1
            middle = items[starred : len(items) - after]
            items = [*items[:starred], middle, *items[len(items) - after :]]
        if items is None or len(items) != len(targets):
            items = self.library.unpacked(value, len(targets))
        for target, item in zip(targets, items, strict=True):
            self.store(target, item, scope)

    def items(self, value: Any) -> list[Any] | None:
        """Return the values in a value that is iterated over, None where they are not known."""
        if isinstance(value, (list, tuple, set, dict, str, range)):
            return list(value) if len(value) <= _MOST_ITEMS else None
        return self.library.items(value)

    def _if(self, node: ast.If, scope: Scope) -> Flow | None:
        test = self.value(node.test, scope)
        truth = self.truth(test)
        if truth is None:
            return self._either(test, node.body, node.orelse, scope)
        return self.block(node.body if truth else node.orelse, scope)

    def truth(self, value: Any) -> bool | None:
        """Return whether a value is true, None where that is not known."""
        if is_unknown(value) or isinstance(value, Array):
            return None
        if isinstance(value, (int, float, str, list, tuple, dict, set, range, type(None))):
            return bool(value)
        return True

    def _either(self, test: Any, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], scope: Scope) -> Flow | None:
        """Follow both branches of a condition that is not known; what differs after them is not known either."""
        causes = causes_of(test)
        if body and isinstance(body[-1], ast.Raise):
            return self.block(orelse, scope)
        ends, afterwards = [], []
        holder = scope.names.get("self")
        objects = [scope.names, *([holder.attributes] if isinstance(holder, Instance) else [])]
        before = [dict(names) for names in objects]
        for branch in (body, orelse):
            for names, saved in zip(objects, before, strict=True):
                names.clear()
                names.update(saved)
            ends.append(self._doubted(causes, lambda branch=branch: self.block(branch, scope)))  # type: ignore[misc]
            afterwards.append([dict(names) for names in objects])
        for at, names in enumerate(objects):
            names.update(_merged(afterwards[0][at], afterwards[1][at], causes))
        return _joined(ends, causes)

    def _doubted(self, causes: tuple[Cause, ...], follow: Callable[[], Any]) -> Any:
        """Return what following gives, where it is not known whether it happens; an exception ends it."""
        before = self.doubt
        self.doubt = tuple(dict.fromkeys((*before, *causes)))
        try:
            return follow()
        except Raised:
            return None
        finally:
            self.doubt = before

    def _for(self, node: ast.For, scope: Scope) -> Flow | None:
        sequence = self.value(node.iter, scope)
        items = self.items(sequence)
        if items is None:
            return self._once(node.target, sequence, node.iter, node.body, scope)
        for item in items:
            self.store(node.target, item, scope)
            flow = self.block(node.body, scope)
            if flow is not None and flow.kind == "return":
                return flow
            if flow is not None and flow.kind == "break":
                return None
        return self.block(node.orelse, scope)

    def _once(self, target: ast.expr | None, sequence: Any, node: ast.expr, body: Sequence[ast.stmt], scope: Scope) -> Flow | None:
        """Follow the body of a loop once of which it is not known how often it runs."""
        causes = causes_of(sequence) or (self.cause(node, scope),)

        def follow() -> None:
            if target is not None:
                self.store(target, Unknown(causes), scope)
            self.block(body, scope)

        self._doubted(causes, follow)
        return None

    def _while(self, node: ast.While, scope: Scope) -> Flow | None:
        for _ in range(_MOST_TURNS):
            test = self.value(node.test, scope)
            truth = self.truth(test)
            if truth is None:
                return self._once(None, test, node.test, node.body, scope)
            if not truth:
                return self.block(node.orelse, scope)
            flow = self.block(node.body, scope)
            if flow is not None and flow.kind != "continue":
                return flow if flow.kind == "return" else None
        changed = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        scope.names.update(dict.fromkeys(changed & scope.names.keys(), self.unknown(node.test, scope)))
        return None

    def _function(self, node: ast.FunctionDef, scope: Scope) -> None:
        made = self.function(node, scope)
        scope.names[node.name] = made
        if node.decorator_list and scope.owner is None:
            self._decorate(node, made, scope)

    def function(self, node: Any, scope: Scope) -> Function:
        """Return a function as a value; its defaults are evaluated where it is defined."""
        made = Function(node, scope, scope.owner)
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = list(zip(reversed(positional), reversed(arguments.defaults), strict=False))
        pairs += [(name, default) for name, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default]
        made.defaults = {argument.arg: self.value(default, scope) for argument, default in pairs}
        made.decorators = tuple(_decorator(each) for each in getattr(node, "decorator_list", ()))
        return made

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = tuple(self.value(base, scope) for base in node.bases)
        inner = Scope(scope.module, scope)
        made = Class(node, tuple(base for base in bases if isinstance(base, (Class, External))), inner, self.place(node, scope))
        made.decorators = tuple(_decorator(each) for each in node.decorator_list)
        inner.owner = made
        scope.names[node.name] = made
        self.block(node.body, inner)
        self._decorate(node, made, scope)

    def _decorate(self, node: ast.ClassDef | ast.FunctionDef, made: Class | Function, scope: Scope) -> None:
        """Apply the decorators that are functions of the text: they may keep what they are given, and give another one."""
        for each in reversed(node.decorator_list):
            decorator = self.value(each, scope)
            if isinstance(decorator, Function):
                found = self.call(decorator, [scope.names[node.name]], {}, self.cause(each, scope))
                scope.names[node.name] = found if isinstance(found, type(made)) else made

    def _return(self, node: ast.Return, scope: Scope) -> Flow:
        return Flow("return", None if node.value is None else self.value(node.value, scope))

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        what = "an exception" if node.exc is None else ast.unparse(node.exc)
        raise Raised(f"{self.place(node, scope)}: the code raises {what} here")

    def _try(self, node: ast.Try, scope: Scope) -> Flow | None:
        try:
            flow = self.block(node.body, scope) or self.block(node.orelse, scope)
        except Raised:
            flow = self.block(node.handlers[0].body, scope) if node.handlers else None
        return flow or self.block(node.finalbody, scope)

    def _with(self, node: ast.With, scope: Scope) -> Flow | None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.store(item.optional_vars, value, scope)
        return self.block(node.body, scope)

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for each in node.names:
            top = each.name if each.asname else each.name.partition(".")[0]
            name = each.asname or top
            scope.names[name] = self.library.imported(self, top, Cause(name, self.place(node, scope)), scope.module)

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        path = "." * node.level + (node.module or "")
        place = self.place(node, scope)
        for each in node.names:
            if each.name == "*":
                scope.names.update(self.library.star(self, path, place, scope.module))
            else:
                name = each.asname or each.name
                scope.names[name] = self.library.member(self, path, each.name, Cause(name, place), scope.module)

    def _outside(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        scope.outside.update(node.names)

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.names.pop(target.id, None)

    def _match(self, node: Any, scope: Scope) -> Flow | None:
        """Follow the first case whose pattern is known to match: a value, several, or anything."""
        subject = self.value(node.subject, scope)
        for case in node.cases:
            matches = self._matches(case.pattern, subject, scope)
            if matches is None:
                return self._either(subject, case.body, [], scope)
            if matches and case.guard is None:
                return self.block(case.body, scope)
        return None

    def _matches(self, pattern: Any, subject: Any, scope: Scope) -> bool | None:
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
            return True
        if isinstance(pattern, ast.MatchOr):
            found = [self._matches(each, subject, scope) for each in pattern.patterns]
            return True if True in found else (None if None in found else False)
        if isinstance(pattern, (ast.MatchValue, ast.MatchSingleton)) and not is_unknown(subject):
            value = self.value(pattern.value, scope) if isinstance(pattern, ast.MatchValue) else pattern.value
            return bool(value == subject)
        return None

    # Expressions

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """Return the value of an expression; one that is said beside the program is that."""
        self.tick(node, scope)
        if self.settings and not isinstance(node, (ast.Name, ast.Constant)):
            said = self.settings.at(node)
            if said is not MISSING:
                return said
        evaluate = self._expressions.get(type(node))
        return evaluate(self, node, scope) if evaluate else self.unknown(node, scope)

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:  # noqa: ARG002 - as the others
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        value = self.lookup(node.id, scope)
        if value is MISSING or is_unknown(value):
            said = self.settings.named(node.id)
            if said is not MISSING:
                return said
        if value is MISSING:
            value = self.library.builtin(node.id, self.cause(node, scope))
        return self.unknown(node, scope) if value is MISSING else value

    def lookup(self, name: str, scope: Scope) -> Any:
        """Return the value of a name, MISSING where it has none; a method does not see the names of its class."""
        for at, each in enumerate(scope.chain()):
            body = each.owner is not None and each is each.owner.scope
            if name in each.names and (at == 0 or not body):
                return each.names[name]
        return MISSING

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        holder = self.value(node.value, scope)
        cause = self.cause(node, scope)
        if isinstance(holder, Unknown):
            cause = _within(cause, holder, f".{node.attr}")
            said = self.settings.named(cause.source)
            if said is not MISSING:
                return said
        return self.attribute(holder, node.attr, cause)

    def attribute(self, holder: Any, name: str, cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of value
        """Return an attribute of a value; ``cause`` is the expression, for one that is not known."""
        if isinstance(holder, Instance):
            return self._instance_attribute(holder, name, cause)
        if isinstance(holder, Class):
            value = holder.find(name)
            if value is MISSING:
                return self.library.class_attribute(self, holder, name, cause)
            is_method = isinstance(value, Function) and "classmethod" in value.decorators
            return value.bound(holder) if is_method else value
        if isinstance(holder, Super):
            value = holder.instance.cls.find(name, holder.after) if holder.instance.cls else MISSING
            if isinstance(value, Function):
                return value.bound(holder.instance)
            return self.library.base_attribute(self, holder, name, cause) if value is MISSING else value
        if isinstance(holder, Module):
            value = holder.scope.names.get(name, MISSING)
            return Unknown([cause]) if value is MISSING else value
        if isinstance(holder, External):
            return External(f"{holder.path}.{name}", cause)
        return self.library.attribute(self, holder, name, cause)

    def _instance_attribute(self, holder: Instance, name: str, cause: Cause) -> Any:
        if name in holder.attributes:
            return holder.attributes[name]
        value = holder.cls.find(name) if holder.cls else MISSING
        if isinstance(value, Function):
            if "staticmethod" in value.decorators:
                return value
            bound = value.bound(holder.cls if "classmethod" in value.decorators else holder)
            properties = {"property", "cached_property", "functools.cached_property"}
            return self.call(bound, [], {}, cause) if properties & set(value.decorators) else bound
        return self.library.attribute(self, holder, name, cause) if value is MISSING else value

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        holder, key = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(holder, (list, tuple, dict, str, range)) and not is_unknown(key) and is_small(key):
            try:
                return holder[key]
            except (TypeError, LookupError, ValueError):
                return self.unknown(node, scope)
        if isinstance(holder, (list, tuple, dict)) and is_unknown(key):
            return Unknown(causes_of(key))
        cause = self.cause(node, scope)
        if isinstance(holder, Unknown) and isinstance(key, (str, int)):
            cause = _within(cause, holder, f"[{key!r}]")
            said = self.settings.named(cause.source)
            if said is not MISSING:
                return said
        return self.library.item(self, holder, key, cause)

    def _slice(self, node: ast.Slice, scope: Scope) -> Any:
        bounds = [None if each is None else self.value(each, scope) for each in (node.lower, node.upper, node.step)]
        causes = causes_of(bounds)
        return Unknown(causes) if causes else slice(*bounds)

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id in {"super", "locals"}:
            return self._frame(node, scope)
        function = self.value(node.func, scope)
        positional, named = self._arguments(node, scope)
        cause = self.cause(node, scope)
        if is_unknown(function) and getattr(node.func, "attr", "") == "get" and self.is_default(*positional[1:]):
            return self.assume(positional[1], cause)
        found = self.call(function, positional, named, cause)
        self.origins.layer(found, node, scope)
        return found

    def is_default(self, *values: Any) -> bool:
        """Return whether it is one plain value, as a default is."""
        return len(values) == 1 and isinstance(values[0], (int, float, str, bool, type(None)))

    def assume(self, value: Any, cause: Cause) -> Any:
        """Return the default of an expression whose value is not known, and keep that it was taken."""
        self.assumed[cause.text] = value
        return value

    def _frame(self, node: ast.Call, scope: Scope) -> Any:
        """Return what ``super()`` and ``locals()`` find in the scope that they are called in."""
        if node.func.id == "locals":  # type: ignore[attr-defined]  # seen by the caller
            return dict(scope.names)
        inner = next((each for each in scope.chain() if each.owner is not None and each is not each.owner.scope), scope)
        first = next(iter(inner.names.values()), None)
        if inner.owner is None or not isinstance(first, Instance):
            return self.unknown(node, scope)
        return Super(first, inner.owner)

    def _arguments(self, node: ast.Call, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for each in node.args:
            if isinstance(each, ast.Starred):
                value = self.value(each.value, scope)
                positional += self._spread(value)
            else:
                positional.append(self.value(each, scope))
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, dict):
                named |= {str(key): each for key, each in value.items()}
            elif isinstance(value, Unknown):
                named["**"] = value
        return positional, named

    def call(self, function: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of value
        """Return what a call gives."""
        if self._depth >= _DEEPEST:
            return Unknown([cause])
        self._depth += 1
        try:
            if isinstance(function, Function):
                return self._call_function(function, positional, named, cause)
            if isinstance(function, Class):
                return self.make(function, positional, named, cause)
            if isinstance(function, Built):
                return function.call(*positional, at=cause, **named)
            if isinstance(function, Instance):
                return self.library.call_instance(self, function, positional, named, cause)
            positional = [each if is_small(each) else Unknown([cause]) for each in positional]
            named = {name: each if is_small(each) else Unknown([cause]) for name, each in named.items()}
            return self.library.call(self, function, positional, named, cause)
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            if not isinstance(function, Built):
                raise
            del error
            return Unknown(causes_of([*positional, *named.values()]) or [cause])
        finally:
            self._depth -= 1

    def make(self, cls: Class, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        """Return a new object of a class of the text."""
        instance = Instance(cls, cause.place)
        instance.made = (tuple(positional), dict(named), self.doubt, cause)
        self.instances.append(instance)
        start = cls.find("__init__")
        if isinstance(start, Function):
            self.call(start.bound(instance), positional, named, cause)
        else:
            self.library.make(self, instance, positional, named, cause)
        return instance

    def _call_function(self, function: Function, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        node = function.node
        scope = Scope(function.scope.module, function.scope, function.owner)
        instance = () if function.instance is None else (function.instance,)
        self.bind(function, [*instance, *positional], named, scope, cause)
        if isinstance(node, ast.Lambda):
            return self.value(node.body, scope)
        if any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in ast.walk(node)):
            return Unknown([cause])
        flow = self.block(node.body, scope)
        return flow.value if flow is not None else None

    def bind(self, function: Function, positional: Sequence[Any], named: dict[str, Any], scope: Scope, cause: Cause) -> None:
        """Bind the parameters of a function that is called; one without a value is not known."""
        arguments = function.node.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        given = dict(zip(names, positional, strict=False))
        rest = dict(named)
        whole = rest.pop("**", None)
        for name in (*names, *(each.arg for each in arguments.kwonlyargs)):
            is_given = name in given or name in rest
            where = cause.place if is_given else self.place(_argument(function.node, name), function.scope)
            self.origins.place(scope, name, where)
            if name not in given:
                given[name] = rest.pop(name) if name in rest else self._default(function, name, whole)
            self._store_name(name, given[name], scope)
        if arguments.vararg:
            scope.names[arguments.vararg.arg] = tuple(positional[len(names) :])
        if arguments.kwarg:
            scope.names[arguments.kwarg.arg] = rest

    def _default(self, function: Function, name: str, whole: Any) -> Any:
        if name in function.defaults:
            return function.defaults[name]
        if whole is not None:
            return Unknown(whole.causes)
        what = function.owner.name if function.owner is not None and function.name == "__init__" else function.name
        place = Place(function.scope.module.file, _argument(function.node, name).lineno)
        return Unknown([Cause(name, place, f"is an argument of {what} without a value")])

    def _operation(self, node: ast.BinOp, scope: Scope) -> Any:
        return self._operate(type(node.op), self.value(node.left, scope), self.value(node.right, scope), node, scope)

    def _operate(self, kind: type[ast.operator], left: Any, right: Any, node: ast.expr, scope: Scope) -> Any:
        operation = _OPERATORS.get(kind)
        plain = not any(is_unknown(each) or isinstance(each, (Array, Made, Instance)) for each in (left, right))
        if operation is None or not plain:
            return self.library.operate(self, kind.__name__, left, right, self.cause(node, scope))
        if not _is_bounded(kind, left, right):
            return self.unknown(node, scope)
        try:
            return operation(left, right)
        except (TypeError, ValueError, ArithmeticError, LookupError):
            return self.library.operate(self, kind.__name__, left, right, self.cause(node, scope))

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return Unknown(causes_of(value)) if truth is None else not truth
        if isinstance(value, (int, float)):
            return -value if isinstance(node.op, ast.USub) else value if isinstance(node.op, ast.UAdd) else ~int(value)
        return Unknown(causes_of(value)) if is_unknown(value) else value

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> Any:
        wanted = isinstance(node.op, ast.Or)
        value: Any = None
        for each in node.values:
            value = self.value(each, scope)
            truth = self.truth(value)
            if truth is None:
                rest = [self.value(other, scope) for other in node.values[node.values.index(each) + 1 :]]
                decided = any(self.truth(other) is wanted for other in rest) and all(isinstance(other, bool) for other in rest)
                return wanted if decided else Unknown(causes_of([value, *rest]))
            if truth is wanted:
                return value
        return value

    def _comparison(self, node: ast.Compare, scope: Scope) -> Any:
        left, values = self.value(node.left, scope), []
        for sign, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, scope)
            found = self._compare(type(sign), left, right)
            if found is False:
                return False
            values.append(found)
            left = right
        causes = causes_of(values)
        return Unknown(causes) if causes else True

    def _compare(self, kind: type[ast.cmpop], left: Any, right: Any) -> Any:
        causes = (
            causes_of([left, right]) if kind not in {ast.Is, ast.IsNot} else causes_of([left] if right is None else [left, right])
        )
        if isinstance(left, External) and isinstance(right, External) and left.path == right.path:
            return kind in {ast.Is, ast.Eq}
        if causes:
            return Unknown(causes)
        if not is_small([left, right]):
            return False
        try:
            return bool(_COMPARISONS[kind](left, right))
        except TypeError:
            return False

    def _either_value(self, node: ast.IfExp, scope: Scope) -> Any:
        test = self.value(node.test, scope)
        truth = self.truth(test)
        if truth is not None:
            return self.value(node.body if truth else node.orelse, scope)
        causes = causes_of(test)
        one = self._doubted(causes, lambda: self.value(node.body, scope))
        other = self._doubted(causes, lambda: self.value(node.orelse, scope))
        return _either_of(one, other, causes)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self._elements(node.elts, scope))

    def _list(self, node: ast.List | ast.Set, scope: Scope) -> Any:
        return self._elements(node.elts, scope)

    def _elements(self, nodes: Iterable[ast.expr], scope: Scope) -> list[Any]:
        found: list[Any] = []
        for each in nodes:
            if isinstance(each, ast.Starred):
                value = self.value(each.value, scope)
                found += self._spread(value)
            else:
                found.append(self.value(each, scope))
        return found

    def _spread(self, value: Any) -> list[Any]:
        """Return the values that a starred one stands for."""
        found = self.items(value)
        return [value] if found is None else found

    def _dict(self, node: ast.Dict, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        for key, each in zip(node.keys, node.values, strict=True):
            value = self.value(each, scope)
            if key is None:
                found |= value if isinstance(value, dict) else {}
                continue
            name = self.value(key, scope)
            if isinstance(name, (str, int, float, bool, tuple, type(None))) and is_small(name):
                found[name] = value
        return found

    def _text(self, node: ast.JoinedStr, scope: Scope) -> Any:
        parts = [self.value(each.value if isinstance(each, ast.FormattedValue) else each, scope) for each in node.values]
        causes = causes_of(parts)
        if causes or not is_small(parts):
            return Unknown(causes or [self.cause(node, scope)])
        text = "".join(map(str, parts))
        return text if len(text) <= _MOST_ITEMS else self.unknown(node, scope)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Any:
        inner = Scope(scope.module, scope, scope.owner)
        found: list[Any] = []
        self._generate(node.generators, inner, lambda: found.append(self.value(node.elt, inner)))
        return found

    def _dict_comprehension(self, node: ast.DictComp, scope: Scope) -> Any:
        inner = Scope(scope.module, scope, scope.owner)
        found: dict[Any, Any] = {}

        def add() -> None:
            key, value = self.value(node.key, inner), self.value(node.value, inner)
            if isinstance(key, (str, int, float, tuple)) and is_small(key):
                found[key] = value

        self._generate(node.generators, inner, add)
        return found

    def _generate(self, generators: Sequence[ast.comprehension], scope: Scope, add: Callable[[], Any]) -> None:
        """Add an entry for each turn of nested loops; for loops that are not known, one that is in doubt."""
        if not generators:
            add()
            return
        first, *rest = generators
        sequence = self.value(first.iter, scope)
        items = self.items(sequence)
        causes = () if items is not None else causes_of(sequence) or (self.cause(first.iter, scope),)
        for item in [Unknown(causes)] if items is None else items:
            self.store(first.target, item, scope)
            tests = [self.value(each, scope) for each in first.ifs]
            if any(self.truth(test) is False for test in tests):
                continue
            self._doubted((*causes, *causes_of(tests)), lambda: self._generate(rest, scope, add))

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return self.function(node, scope)

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self.store(node.target, value, scope)
        return value

    def _awaited(self, node: ast.Await, scope: Scope) -> Any:
        return self.value(node.value, scope)

    _statements: ClassVar[dict[type[ast.stmt], Callable[..., Flow | None]]] = {
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.If: _if,
        ast.For: _for,
        ast.While: _while,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.Try: _try,
        ast.With: _with,
        ast.Expr: _expression,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Global: _outside,
        ast.Nonlocal: _outside,
        ast.Delete: _delete,
        ast.Match: _match,
        ast.Break: lambda *_: Flow("break"),
        ast.Continue: lambda *_: Flow("continue"),
    }

    _expressions: ClassVar[dict[type[ast.expr], Callable[..., Any]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Slice: _slice,
        ast.Call: _call,
        ast.BinOp: _operation,
        ast.UnaryOp: _unary,
        ast.BoolOp: _boolean,
        ast.Compare: _comparison,
        ast.IfExp: _either_value,
        ast.Tuple: _tuple,
        ast.List: _list,
        ast.Set: _list,
        ast.Dict: _dict,
        ast.JoinedStr: _text,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _dict_comprehension,
        ast.Lambda: _lambda,
        ast.NamedExpr: _walrus,
        ast.Await: _awaited,
    }


def _as_written(node: ast.expr, lines: list[str]) -> str:
    """Return an expression as it stands in a line of the text; nothing for one that goes over several, or is not plain text."""
    end = node.end_lineno or 0
    if node.lineno != end or not 0 < end <= len(lines) or not lines[end - 1].isascii():
        return ""
    return lines[end - 1][node.col_offset : node.end_col_offset]


def _within(cause: Cause, holder: Unknown, part: str) -> Cause:
    """Return what an attribute or entry of something unknown is, with the expression that this stands for."""
    if len(holder.causes) != 1:
        return cause
    first = holder.causes[0]
    whole = (holder.name if isinstance(holder, Foreign) else "") or first.source or first.text
    source = f"{whole}{part}"
    return cause if source == cause.text else cause.replace(source=source)


def _argument(node: Any, name: str) -> Any:
    """Return a parameter of a function as it stands in its definition."""
    return next(each for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs) if each.arg == name)


def _decorator(node: ast.expr) -> str:
    """Return the name of a decorator, without its arguments."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def _as_loaded(node: Any) -> ast.expr:
    """Return a target as the expression that reads it."""
    copy: ast.expr = type(node)(**{name: getattr(node, name) for name in node._fields if name != "ctx"}, ctx=ast.Load())
    return ast.copy_location(copy, node)


def _merged(one: dict[str, Any], other: dict[str, Any], causes: tuple[Cause, ...]) -> dict[str, Any]:
    """Return the values of names after either of two branches."""
    found = {}
    for name in {**one, **other}:
        first, second = one.get(name, MISSING), other.get(name, MISSING)
        found[name] = second if first is MISSING else first if second is MISSING else _either_of(first, second, causes)
    return found


def _either_of(one: Any, other: Any, causes: tuple[Cause, ...]) -> Any:
    """Return one of two values of which it is not known which; a layer among them is in doubt already, and stays."""
    if one is other or (type(one) is type(other) and isinstance(one, (int, float, str, bool)) and one == other):
        return one
    for each in (one, other):
        if isinstance(each, (Made, Instance, list)):
            return each
    return Choice([*causes, *(cause for each in (one, other) if isinstance(each, Unknown) for cause in each.causes)])


def _joined(ends: list[Flow | None], causes: tuple[Cause, ...]) -> Flow | None:
    """Return how a condition that is not known ends: with a return where both branches do, or one returns something."""
    returns = [end for end in ends if end is not None and end.kind == "return"]
    if len(returns) == 2:
        return Flow("return", _either_of(returns[0].value, returns[1].value, causes))
    return None


def _is_bounded(kind: type[ast.operator], left: Any, right: Any) -> bool:
    """Return whether an operation gives something of a size that is worth having."""
    if isinstance(left, int) and isinstance(right, int):
        if kind is ast.Pow:
            return left.bit_length() * abs(right) <= _MOST_BITS
        if kind is ast.LShift:
            return left.bit_length() + right <= _MOST_BITS
        return left.bit_length() + right.bit_length() <= _MOST_BITS
    for one, other in ((left, right), (right, left)):
        if kind is ast.Mult and isinstance(one, (list, tuple, str)) and isinstance(other, int):
            return len(one) * other <= _MOST_ITEMS
        if kind is ast.Add and isinstance(one, (list, tuple, str)) and isinstance(other, (list, tuple, str)):
            return len(one) + len(other) <= _MOST_ITEMS
    return not (kind is ast.Mod and isinstance(left, str) and is_wide(left))


def is_wide(text: str) -> bool:
    """Return whether a text that is a format may give a very long one."""
    return re.search(r"[0-9]{4}|\*", text) is not None


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}

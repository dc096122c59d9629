"""From a module of PyTorch to the graph of its layers."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, ModelError
from lstm_calc.formats.code.interpreter.scopes import Raised
from lstm_calc.formats.code.library.modules import module_family
from lstm_calc.formats.code.trace import INPUT, CallGraph, NotFollowed, Traced, TracedStates, traced_in
from lstm_calc.formats.code.trace.layers import call_traced
from lstm_calc.formats.code.unknown import Cause, Place, Unknown, is_unknown
from lstm_calc.formats.code.values import FunctionValue, Instance, MadeLayer
from lstm_calc.model import Embedding, Layer, Model, Recurrent
from lstm_calc.model.layers.windows import Positions
from lstm_calc.model.propagation import first_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

_FORMS: tuple[tuple[tuple[int, ...], bool], ...] = (
    ((0, 1), False),
    ((0, 1, 2), False),
    ((1, 0, 2), False),
    ((0, 1), True),
    ((1, 0), True),
    ((0, 2, 1), False),
    ((0, 3, 1, 2), False),
    ((0, 4, 1, 2, 3), False),
)
"""The order of the axes of what a module may read, and whether it is words.

These are features, steps of them (the batch first or second), words, and channels at one to three axes of positions.
"""

_MOST_WIDTHS = 8
"""How many widths of layers are tried as that of the input."""
_OTHER = 1_009
"""What is added to a width to see whether another one would do as well."""


def followed(
    interpreter: Interpreter, value: Any, own: Mapping[int, Sequence[Layer]], names: Mapping[int, str] | None = None, **fields: Any
) -> Model | None:
    """Return the model of a module as a graph, with some fields more; None where it cannot be followed.

    ``own`` has the layers that the program makes, by what makes them, and ``names`` the names of all, those without weights too. Of
    the forms that an input may have, the first is taken in which everything follows, and of these one without axes that have to be
    put in another order.
    """
    found: list[tuple[int, Model]] = []
    try:
        with interpreter.aside(), _evaluated(value):
            for axes, tokens in _FORMS:
                for graph, outputs, width in _runs(interpreter, value, partial(CallGraph, own, names or {}), axes, tokens=tokens):
                    with suppress(NotFollowed, LstmCalcError):
                        model = _model(graph, outputs, width, len(axes), batch_first=axes[0] == 0, **fields)
                        found.append((graph.turned, model))
                if found and not found[-1][0]:
                    break
    except (LstmCalcError, Raised):
        return None  # the program takes too many steps, or one that it cannot take
    return min(found, key=lambda each: each[0])[1] if found else None


class _Calls:
    """What follows the calls of layers, of which none is in doubt."""

    doubt: tuple[Cause, ...] = ()
    aside = staticmethod(nullcontext)

    def call(self, function: Any, positional: Sequence[Any], named: Mapping[str, Any], cause: Cause) -> Any:
        """Return what a layer gives."""
        interpreter: Any = self
        return call_traced(interpreter, function, positional, named, cause)


def followed_chain(layers: Sequence[MadeLayer], own: Mapping[int, Sequence[Layer]], **fields: Any) -> Model | None:
    """Return the model of layers that read each other, those without weights among them; None where it cannot be followed."""
    interpreter: Any = _Calls()
    chain = MadeLayer("pytorch", "Sequential", {}, Place("", 1))
    chain.inner = list(layers)
    return followed(interpreter, chain, own, **fields)


def _runs(
    interpreter: Interpreter, value: Any, begin: Callable[[], CallGraph], axes: Sequence[int], *, tokens: bool
) -> Iterator[tuple[CallGraph, list[str], int | None]]:
    """Yield the graph of a module on an input of some form, with its outputs and the features that it reads.

    The features are those that one of its layers reads, if they can be no others.
    """
    if tokens:
        graph = begin()
        outputs = _outputs(interpreter, value, Traced(graph, INPUT, axes, (None,) * len(axes), tokens=True))
        if outputs:
            yield graph, outputs, None
        return
    layers = [layer for found in begin().own.values() for layer in found if not isinstance(layer, Embedding)]
    widths = [layer.input_dim for layer in layers if layer.input_dim]
    for width in dict.fromkeys(widths[:_MOST_WIDTHS]):
        sizes = [width if axis == len(axes) - 1 else None for axis in axes]
        graph = begin()
        outputs = _outputs(interpreter, value, Traced(graph, INPUT, axes, sizes))
        others = [width + _OTHER if size else None for size in sizes]
        if outputs and not _outputs(interpreter, value, Traced(begin(), INPUT, axes, others)):
            yield graph, outputs, width
            return


def _outputs(interpreter: Interpreter, value: Any, given: Traced) -> list[str]:
    """Return the names of what a module gives for an input; none where that cannot be followed."""
    try:
        outputs = _names(_run(interpreter, value, given))
    except (NotFollowed, ModelError, RecursionError, TypeError, ValueError, LookupError, AttributeError):
        return []  # a program that PyTorch would not run on such an input
    return outputs if given.graph.is_complete and INPUT not in outputs else []


def is_module(value: Any) -> bool:
    """Return whether a value can be called as a module: it has a ``forward``, or is a chain of layers."""
    if isinstance(value, MadeLayer):
        return value.name == "Sequential"
    return isinstance(value, Instance) and value.cls is not None and isinstance(value.cls.find("forward"), FunctionValue)


def _run(interpreter: Interpreter, value: Any, given: Traced) -> Any:
    """Return what a module gives for an input."""
    if isinstance(value, MadeLayer):
        return interpreter.call(value, [given], {}, Cause(value.name, value.place))
    forward = value.cls.find("forward")
    if not isinstance(forward, FunctionValue):
        raise NotFollowed
    needed = [name for name in list(forward.parameters)[1:] if name not in forward.defaults]
    if not needed:
        raise NotFollowed
    rest = {name: Unknown([Cause(name, value.place)]) for name in needed[1:]}
    return interpreter.call(forward.bound(value), [given], rest, Cause("forward", value.place))


@contextmanager
def _evaluated(value: Any) -> Iterator[None]:
    """Have the modules as they are where they are not trained, and their attributes afterwards as they were."""
    kept = [(each, dict(each.attributes)) for each in _modules(value, set())]
    for each, _ in kept:
        each.attributes["training"] = False
    try:
        yield
    finally:
        for each, attributes in kept:
            each.attributes.clear()
            each.attributes.update(attributes)


def _modules(value: Any, seen: set[int]) -> Iterator[Instance]:
    if id(value) in seen or not isinstance(value, (Instance, MadeLayer, list, tuple, dict)):
        return
    seen.add(id(value))
    if isinstance(value, Instance):
        if module_family(value.cls) == "pytorch":
            yield value
        inner: Any = value.attributes.values()
    else:
        inner = value.inner if isinstance(value, MadeLayer) else value.values() if isinstance(value, dict) else value
    for each in list(inner):
        yield from _modules(each, seen)


def _names(given: Any) -> list[str]:
    """Return the names of what a module gives: tensors, alone or in a list or dict, beside states of recurrent layers."""
    values = list(given.values()) if isinstance(given, dict) else list(given) if isinstance(given, (list, tuple)) else [given]
    found = [each.name for each in traced_in([values])] or [f"{each.name}.{each.state}" for each in _states_in(values)]
    if not found or any(
        each is not None and not isinstance(each, (Traced, TracedStates, tuple)) and not is_unknown(each) for each in values
    ):
        raise NotFollowed
    return list(dict.fromkeys(found))


def _states_in(values: Sequence[Any]) -> list[TracedStates]:
    """Return the states of recurrent layers among values: an encoder may give nothing else."""
    inner = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    return [each for each in inner if isinstance(each, TracedStates)]


def _model(graph: CallGraph, outputs: Sequence[str], width: int | None, rank: int, **fields: Any) -> Model:
    """Return the model of a graph; a chain needs no names of what its layers read."""
    layers = graph.without_dead_ends(outputs)
    before = [INPUT, *(layer.name for layer in layers)]
    chain = all(layer.inputs == (name,) for layer, name in zip(layers, before, strict=False))
    if chain and list(outputs) == [layers[-1].name]:
        layers, outputs = [layer.replace(inputs=(), name=graph.name_in_program(layer)) for layer in layers], ()
    if width is None:
        return _checked(Model(layers, None, outputs=outputs, **fields), rank)
    try:
        return _checked(Model(layers, width, outputs=outputs, **fields), rank)
    except (LstmCalcError, NotFollowed):
        shape = (*(None,) * (rank - 2), width)
        return _checked(Model(layers, input_shape=shape, outputs=outputs, **fields), rank)


def _checked(model: Model, rank: int) -> Model:
    """Return a model in which every layer reads what its program says that it reads; raise NotFollowed for another."""
    if len(model.input) != rank:
        raise NotFollowed
    if not model.batch_first and not _has_recurrent(model) and isinstance(first_reader(model), Positions):
        raise NotFollowed  # without recurrent layers, what begins with a window is read with the batch first
    if model.elsewhere:
        raise NotFollowed
    return model


def _has_recurrent(model: Model) -> bool:
    return any(isinstance(layer, Recurrent) for layer in model.calls)

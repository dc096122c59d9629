"""The calls of a functional model, in an order in which each can run: which layer is called, and on what.

Keras 2 writes a call as ``[[layer, node, output, kwargs], ...]`` and Keras 3 as ``{"args": ..., "kwargs": ...}``, in which
a tensor has the same three under ``keras_history``.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import quoted
from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from lstm_calc.formats.keras.node import ConfigObject, Shape

Key = tuple[str, int]
"""A call: the name of its layer, and which of that layer's calls it is."""

_CONSTANT = "_CONSTANT_VALUE"
_MASKS = frozenset({"mask", "attention_mask", "query_mask", "value_mask", "key_mask", "padding_mask"})
"""The arguments that change no shape and no count."""


class CallOutput(Record):
    """One output of one call of a layer; ``shape`` is what the file declares for it."""

    layer: str
    call: int
    output: int
    shape: Shape | None = None


class LayerCall(Record):
    """One call of a layer: what it is called on, with a CallOutput in the place of each input."""

    node: ConfigObject
    index: int = 0
    args: Any = ()
    kwargs: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed

    @cached_property
    def key(self) -> Key:
        """The name of the layer, and which of its calls this is."""
        return self.node.label, self.index

    @property
    def unmasked(self) -> dict[str, Any]:
        """Its arguments by name, masks apart."""
        return {name: value for name, value in self.kwargs.items() if name not in _MASKS}


def tensors_in(value: Any) -> Iterator[CallOutput]:
    """Yield the tensors in an argument, in order; those of a dict in the order of their names."""
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, CallOutput):
            yield value
        elif isinstance(value, dict):
            todo += [value[key] for key in sorted(value, reverse=True)]
        elif isinstance(value, (list, tuple)):
            todo += reversed(value)


def calls_of(
    model: ConfigObject, counts: Callable[[LayerCall], bool]
) -> tuple[list[LayerCall], list[CallOutput], list[CallOutput]]:
    """Return the calls that a functional model's outputs need, its inputs, and its outputs.

    Of what only a mask is computed from, those are needed that ``counts`` holds for: layers that may have weights.

    Raises ModelFileError where a call needs its own output, and where it reads what there is not.
    """
    config = model.config
    named = _named(config)
    found = [call for layer in named.values() for call in _layer_calls(layer, named)]
    ends = [_value(config.values.get(key), named) for key in ("input_layers", "output_layers")]
    first = _first_calls([*ends, *([call.args, call.kwargs] for call in found)])
    calls = {call.key: call.replace(args=_from_0(call.args, first), kwargs=_from_0(call.kwargs, first)) for call in found}
    inputs, outputs = (list(tensors_in(_from_0(end, first))) for end in ends)
    outputs = outputs or _unread(calls)
    try:
        # tf.keras writes down no list of tensors after a text, so that a call may have lost what it is called on
        is_lost = any(call.node.values.get("inbound_nodes") and not _sources(call) for call in calls.values())
        needed = set(calls) if is_lost else _needed(calls, outputs, counts)
        return _ordered(calls, needed), inputs, outputs
    except KeyError as error:
        raise config.error(f"a call of {quoted(error.args[0][0])} is read that there is not", "layers") from None


def _named(config: ConfigObject) -> dict[str, ConfigObject]:
    """Return the layers by name."""
    named: dict[str, ConfigObject] = {}
    for layer in config.nodes("layers"):
        if named.setdefault(layer.label, layer) is not layer:
            raise layer.error(f"the name {quoted(layer.label)} stands twice", "name")
    return named


def _layer_calls(layer: ConfigObject, names: Collection[str]) -> Iterator[LayerCall]:
    """Yield the calls of a layer; an input, which is called on nothing, has one as well."""
    found = layer.values.get("inbound_nodes")
    if not isinstance(found, list) or not found:
        yield LayerCall(layer)
        return
    for index, inbound in enumerate(found):
        if isinstance(inbound, dict):
            args, kwargs = _value(inbound.get("args"), names), _value(inbound.get("kwargs"), names)
        else:
            args, kwargs = _old_call(inbound, names)
        yield LayerCall(layer, index, args, kwargs if isinstance(kwargs, dict) else {})


def _old_call(inbound: Any, names: Collection[str]) -> tuple[Any, dict[str, Any]]:
    """Return what a call of Keras 2 is called on, and its further arguments, which stand beside each tensor."""
    entries = inbound if isinstance(inbound, list) else [inbound]
    entries = [entries] if entries and isinstance(entries[0], str) else entries
    kwargs: dict[str, Any] = {}
    for entry in entries:
        if isinstance(entry, list) and len(entry) > 3 and isinstance(entry[3], dict):
            kwargs |= entry[3]
    return [_value(entry, names) for entry in entries], _value(kwargs, names)


def _value(value: Any, names: Collection[str]) -> Any:
    """Return an argument with a CallOutput in the place of each that it refers to."""
    if isinstance(value, dict):
        return _object(value, names)
    if not isinstance(value, list):
        return value
    if len(value) >= 3 and value[0] == _CONSTANT:
        return value[2]
    if len(value) >= 3 and _refers(value[:3], names):
        layer, call, output = value[:3]
        return CallOutput(layer, call, output)
    return [_value(each, names) for each in value]


def _object(value: dict[str, Any], names: Collection[str]) -> Any:
    config = value.get("config")
    if value.get("class_name") == "__keras_tensor__" and isinstance(config, dict):
        history = config.get("keras_history")
        if isinstance(history, list) and len(history) == 3 and _refers(history, names):
            shape = config.get("shape")
            name, call, output = history
            return CallOutput(name, call, output, tuple(shape) if isinstance(shape, list) else None)
    return {key: _value(each, names) for key, each in value.items()}


def _refers(value: list[Any], names: Collection[str]) -> bool:
    name, call, output = value
    return isinstance(name, str) and name in names and type(call) is int and type(output) is int


def _first_calls(values: list[Any]) -> dict[str, int]:
    """Return, by layer, the lowest call that is referred to: a model inside counts the call that made it first."""
    first: dict[str, int] = {}
    for each in tensors_in(values):
        first[each.layer] = min(each.call, first.get(each.layer, each.call))
    return first


def _from_0(value: Any, first: Mapping[str, int]) -> Any:
    """Return an argument in which the calls of each layer are counted from 0."""
    if isinstance(value, CallOutput):
        return value.replace(call=value.call - first[value.layer])
    if isinstance(value, dict):
        return {key: _from_0(each, first) for key, each in value.items()}
    return [_from_0(each, first) for each in value] if isinstance(value, list) else value


def _unread(calls: Mapping[Key, LayerCall]) -> list[CallOutput]:
    """Return the outputs of the calls that nothing reads, for a file that does not say its outputs."""
    read = {key for call in calls.values() for key in _sources(call)}
    return [CallOutput(*key, 0) for key in calls if key not in read]


def _needed(calls: Mapping[Key, LayerCall], outputs: list[CallOutput], counts: Callable[[LayerCall], bool]) -> set[Key]:
    """Return the calls that some outputs are computed from, and those that count of which their masks are."""
    ends = [(each.layer, each.call) for each in outputs]
    needed = _reached(ends, lambda key: _sources(calls[key]))
    whole = _reached(ends, lambda key: _keys([calls[key].args, calls[key].kwargs]))
    counted = [key for key in whole - needed if counts(calls[key])]
    return needed | _reached(counted, lambda key: _sources(calls[key]))


def _reached(ends: list[Key], sources: Callable[[Key], list[Key]]) -> set[Key]:
    """Return some calls, and all that they are computed from."""
    reached: set[Key] = set()
    todo = [*ends]
    while todo:
        key = todo.pop()
        if key not in reached:
            reached.add(key)
            todo += sources(key)
    return reached


def _ordered(calls: Mapping[Key, LayerCall], needed: set[Key]) -> list[LayerCall]:
    """Return the calls that are needed: in the order of the file where that can be, each after those that it reads."""
    done: dict[Key, bool] = {}
    for start in calls:
        todo = [start] if start in needed else []
        while todo:
            key = todo[-1]
            if done.get(key):
                todo.pop()
                continue
            before = [each for each in _sources(calls[key]) if not done.get(each)]
            if not before:
                done.pop(key, None)
                done[todo.pop()] = True
                continue
            done[key] = False
            if any(each in done for each in before):
                raise calls[key].node.error(f"{quoted(key[0])} reads its own output", "inbound_nodes")
            todo += before
    return [calls[key] for key in done]


def _sources(call: LayerCall) -> list[Key]:
    """Return the calls whose outputs a call reads, masks apart."""
    return _keys([call.args, call.unmasked])


def _keys(value: Any) -> list[Key]:
    """Return the calls whose outputs are in an argument."""
    return [(each.layer, each.call) for each in tensors_in(value)]

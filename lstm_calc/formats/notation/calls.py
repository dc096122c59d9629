"""A layer that is written as the call that makes it: ``LSTM(96)``, ``nn.Linear(96, 7)``, ``Bidirectional(GRU(64))``.

The call is evaluated by the reader of programs. After a name that is of no framework, arguments may have the names of Keras and
those of PyTorch; positional ones are those of the framework in whose order the call is complete. In a template a size may be left
open: ``LSTM(?)``, ``nn.LSTM(40, ?)``, ``Input(shape=(None, ?))``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LAYER_PAGE, ModelError, ModelFileError, NotationError, did_you_mean, quoted
from lstm_calc.formats.code.families import FAMILIES, WEIGHTLESS
from lstm_calc.formats.code.keras_api.classes import CLASSES
from lstm_calc.formats.code.parts import converted
from lstm_calc.formats.code.single_call import ParsedCall
from lstm_calc.formats.code.single_call import read_call as evaluated
from lstm_calc.formats.code.unknown import is_unknown
from lstm_calc.formats.keras.kinds import MERGE_MODES, NEUTRAL, PLAIN
from lstm_calc.formats.keras.node import name_of
from lstm_calc.formats.notation.call_arguments import (
    SHAPES,
    UnreadError,
    argument_for,
    declared_shape,
    named_arguments,
    values_by_field,
)
from lstm_calc.formats.notation.layers import LineLayer
from lstm_calc.formats.notation.names import (
    SYNONYMS,
    LayerName,
    compact,
    function_named,
    is_recurrent,
    layer_names,
    named,
)
from lstm_calc.frozen import UNKNOWN
from lstm_calc.model import Activation, layer_kind
from lstm_calc.model.rules import RULES, count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lstm_calc.formats.notation.tokens import Token


_WRAPPERS = {"bidirectional": "layer merge_mode", "timedistributed": "layer"}
_MODELS = frozenset({"sequential", "model", "functional", "modulelist"})


class CallError(NotationError):
    """A call that is no layer of the notation, or whose values are not all there; as a program it may be a model."""


def read_call(text: str, token: Token) -> LineLayer:
    """Return the layer that a call makes; raise NotationError, with the place, for a call that makes none."""
    try:
        return _part(_evaluated(text, token))
    except UnreadError as error:
        raise CallError(str(error), text, token.start, token.stop) from None
    except ModelError as error:
        raise error if isinstance(error, NotationError) else NotationError(str(error), text, token.start, token.stop) from None


def _evaluated(text: str, token: Token) -> ParsedCall:
    """Return a call with the values of its arguments; raise NotationError, with the place, for a text that is none."""
    if UNKNOWN in token.text:
        raise NotationError("? is the size that solve looks for; anywhere else write a number", text, token.start, token.stop)
    try:
        return evaluated(token.text)
    except ModelFileError as error:
        what = f"this call cannot be read: {str(error).partition(': ')[2]}"
        hint = "; arguments stand as in Python, LSTM(96), or the layer in words, lstm 96" if "not Python" in what else ""
        raise CallError(what + hint, text, token.start, token.stop) from None


def read_input(text: str, token: Token) -> tuple[Any, ...]:
    """Return the shape that a call of Input says, the batch apart; raise NotationError, with the place, where it says none."""
    called = _evaluated(text, token.replace(text=f"Input({token.text})") if token.text.startswith("(") else token)
    whole = next((called.named[key] for key in SHAPES if key.startswith("batch") and key in called.named), None)
    given = called.named.get("shape", called.named.get("input_shape", called.positional[0] if called.positional else None))
    shape = whole[1:] if isinstance(whole, (list, tuple)) else (given,) if isinstance(given, int) else given
    if not isinstance(shape, (list, tuple)) or not shape or not all(size is None or type(size) is int for size in shape):
        raise NotationError("Input needs the shape of one entry, as Input(shape=(None, 40))", text, token.start, token.stop)
    return tuple(shape)


def _part(called: ParsedCall) -> LineLayer:
    """Return the layer of a call; raise ModelError where it makes none."""
    word = compact(called.name)
    if word in _WRAPPERS:
        return _wrapped(called, word)
    if function := function_named(called.name):
        return LineLayer(_activation(function, called), called.family)
    if word == "flatten":
        _check_flatten(called)
    name = named(called.name) or named(word.removesuffix("cell"))
    if name is None and (kind := PLAIN.get(called.name)) and not kind.layer.weighted and not kind.arguments:
        return LineLayer(kind.layer(**kind.fixed, name=name_of(called.named.get("name"))), called.family)
    if name is None:
        hint = did_you_mean(called.name.lower(), layer_names(), LAYER_PAGE, SYNONYMS)
        hint = "; write its layers one after the other" if word in _MODELS else hint
        raise UnreadError(f"{quoted(called.name)} is not a layer{hint}")
    if called.family not in {None, "keras"} or not _has_a_layer(called):
        return _of_a_table(called)
    arguments, family = named_arguments(called, name)
    if isinstance(arguments.get("cell"), (list, tuple)):
        raise UnreadError("a line has no cells that follow each other within a step; in a program they are read")
    if isinstance(arguments.get("cell"), ParsedCall):
        inner = _part(arguments["cell"])
        more = values_by_field(
            called, LayerName(inner.layer.kind), {key: value for key, value in arguments.items() if key != "cell"}
        )
        return inner.replace(layer=inner.layer.replace(**more), framework=family)
    values = {**name.values, **_defaults(called, name, family), **values_by_field(called, name, arguments)}
    shape = declared_shape(arguments)
    width = values.pop("input_dim", shape[-1] if shape else None)
    fields = layer_kind(name.kind).fields
    missing = next((field for field, default in fields.items() if default is ... and field not in values), None)
    if missing:
        raise ModelError(f"{called.text}(...) needs {argument_for(called, missing)}")
    return LineLayer(layer_kind(name.kind)(**values), family or name.framework, width, shape, arguments.get("batch_first"))


def _check_flatten(called: ParsedCall) -> None:
    """Raise ModelError for a flatten that keeps more axes than the batch."""
    start = called.named.get("start_dim", called.positional[0] if called.positional else 1)
    end = called.named.get("end_dim", called.positional[1] if len(called.positional) > 1 else -1)
    if (start, end) != (1, -1):
        raise UnreadError(f"{called.text}(...) flattens axes {start} to {end}, and here a flatten is of all axes but the batch")


def _activation(function: str, called: ParsedCall) -> Activation:
    """Return the layer of a function; raise ModelError for a GLU of another axis than the features, which are the last here."""
    layer = Activation(function)
    axis = called.named.get("dim", called.named.get("axis", called.positional[0] if called.positional else -1))
    if layer.is_gated and axis != -1:
        raise UnreadError(f"{called.text}(...) halves axis {axis}, and here the features are the last axis, -1")
    return layer


def _has_a_layer(called: ParsedCall) -> bool:
    """Say whether a bare name is no class of PyTorch that is a number of parameters alone, such as MultiheadAttention."""
    kind = FAMILIES["pytorch"].get(called.name)
    return called.family == "keras" or kind is None or kind.layer is not None or called.name in CLASSES


def _of_a_table(called: ParsedCall) -> LineLayer:
    """Return the layer of a framework's class by its own table; one without sizes has the arguments of a bare name.

    Raises ModelError where it is none, or where its arguments say more than a layer of the notation has.
    """
    kind = FAMILIES.get(called.family or "pytorch", {}).get(called.name)
    if kind is None and called.name in WEIGHTLESS:
        part = _part(called.replace(family=None))
        return part.replace(framework=called.family)
    if kind is None or kind.layer is None:
        raise UnreadError(f"{called.text}(...) is a layer that a line does not have")
    given = _in_signature(called, kind.arguments)
    values = {field: converted(field, argument, given[argument], kind.dims) for field, argument in kind.names.items()}
    unknown = next((field for field, value in values.items() if is_unknown(value)), None)
    width = values.pop("input_dim", None)
    if unknown or not isinstance(width, int | None):
        raise UnreadError(f"{kind.names.get(unknown or 'input_dim')} of {called.name} has no single value here; write the number")
    if values.get("scale") is False and "center" in values:
        values["center"] = False
    values = {field: value for field, value in values.items() if value is not None}
    missing = next((field for field, default in kind.layer.fields.items() if default is ... and field not in values), None)
    if missing:
        raise ModelError(f"{called.text}(...) needs {kind.names.get(missing, missing)}, a number and not None")
    layer = kind.layer(**values)
    return LineLayer(layer, called.family, width, batch_first=given.get("batch_first") if is_recurrent(layer.kind) else None)


_BESIDE = frozenset({"device", "dtype", "param_dtype", "key", "rngs", "name", "data_format"})
"""Arguments of classes that are in no signature here, and change no size."""


def _in_signature(called: ParsedCall, signature: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments of a framework's class by name; raise ModelError for one that it does not have, or that is missing."""
    if len(called.positional) > len(signature):
        raise UnreadError(f"{called.text}(...) has more arguments than {len(signature)}")
    first = dict(zip(signature, called.positional, strict=False))
    for argument in called.named:
        if argument in first:
            raise ModelError(f"{argument} is given twice in {called.text}(...)")
        if argument not in signature and argument not in _BESIDE:
            raise ModelError(f"{called.text}(...) has no argument {argument}{did_you_mean(argument, sorted(signature))}")
    given = {**signature, **first, **called.named}
    missing = next((argument for argument, value in given.items() if value is ...), None)
    if missing:
        needed = ", ".join(argument for argument, default in signature.items() if default is ...)
        raise ModelError(f"{called.text}(...) needs {missing}; its arguments are {needed}")
    return given


def _wrapped(called: ParsedCall, word: str) -> LineLayer:
    """Return the layer in Bidirectional or TimeDistributed, read in both directions or applied to each step."""
    arguments = dict(zip(_WRAPPERS[word].split(), called.positional, strict=False)) | called.named
    inner = arguments.get("layer")
    if not isinstance(inner, ParsedCall):
        raise ModelError(f"{called.name} stands around the call of a layer: {called.name}(LSTM(64))")
    part = _part(inner)
    if shape := declared_shape(arguments):
        part = part.replace(framework=part.framework or "keras", width=shape[-1], shape=shape)
    part = part.replace(framework=part.framework or called.family)
    if arguments.get("backward_layer") is not None:
        raise UnreadError("a line has no two directions that differ; in a program they are read")
    unknown = set(arguments) - {"layer", "merge_mode"} - NEUTRAL
    if unknown:
        raise ModelError(f"{called.name} has no {min(unknown)} that is known here")
    if word == "timedistributed":
        return part.replace(layer=part.layer.replace(time_distributed=part.layer.time_distributed + 1))
    if not is_recurrent(part.layer.kind):
        raise ModelError(f"Bidirectional stands around a recurrent layer, and {inner.name} is none")
    mode = arguments.get("merge_mode", "concat")
    if not isinstance(mode, str | None) or mode not in MERGE_MODES:
        raise ModelError(f"merge_mode is concat, sum, mul, ave or None, not {quoted(mode)}")
    return part.replace(layer=part.layer.replace(bidirectional=True, merge=MERGE_MODES[mode]))


def _defaults(called: ParsedCall, name: LayerName, family: str | None) -> dict[str, Any]:
    """Return what a framework's class says where its call does not, of the fields that are otherwise open."""
    if is_recurrent(name.kind):
        return {"return_sequences": False} if family == "keras" else {}
    if family == "pytorch":
        return {}
    if name.kind == "pool":
        return {"pool_size": (2,) * (name.dims or 1)}
    kind = PLAIN.get(called.name)
    return kind.fixed if kind is not None and kind.kind == name.kind else {}


def open_fields(text: str, token: Token, *, source: bool) -> Iterator[str]:
    """Yield the fields in which ? stands in a call: those that change with the number that stands there.

    ``source``: the call is what the model reads, not a layer. The width that a call says it reads is ``input_dim``.
    Raises NotationError, with the place, where ? stands for anything but a size.
    """
    reader = _of_input if source else _of_layer
    one, two = (reader(text, token.filled_with(digit)) for digit in (1, 2))
    changed = [field for field in one if one[field] != two[field]]
    for field in changed:
        if (one[field], two[field]) != (1, 2) or RULES.get(field) is not count:
            raise NotationError("in a call ? stands for one size, such as the units", text, token.start, token.stop)
        yield field
    if not changed:
        raise NotationError("? changes no size of this call; write a value", text, token.start, token.stop)


def _of_layer(text: str, token: Token) -> dict[str, Any]:
    part: LineLayer = read_call(text, token)
    shape = part.shape and part.shape[:-1]
    return part.layer.asdict() | {"input_dim": part.width, "shape": shape}


def _of_input(text: str, token: Token) -> dict[str, Any]:
    *others, width = read_input(text, token)
    return {"input_dim": width, "shape": others}

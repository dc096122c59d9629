"""The layer that some words of a line say, in words or as a call, with what else they say of the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LAYER_PAGE, ModelError, NotationError, did_you_mean, few, listed, quoted
from lstm_calc.formats.notation.names import (
    EACH,
    EQUAL_WORDS,
    KEYS,
    OTHER_WORDS,
    SYNONYMS,
    WORDS,
    LayerName,
    begins_a_layer,
    field_of,
    glued_name,
    layer_names,
    named,
    value_of,
)
from lstm_calc.formats.notation.values import DIGITS_AND_COMMAS, THOUSANDS, count_in, value_in
from lstm_calc.frozen import Record
from lstm_calc.model import Layer, Nested, layer_kind
from lstm_calc.model.rules import RULES, count, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.notation.tokens import Token

_FEW = 8
"""As many names as a message lists."""
_OPTION_SYNONYMS = {
    **dict.fromkeys(("stacked", "deep", "layers", "double", "twice"), "x2"),
    **dict.fromkeys(("without_bias", "biasless", "unbiased"), "nobias"),
    **dict.fromkeys(("reverse", "reversed", "backward"), "backwards"),
    **dict.fromkeys(("all", "seq", "sequence", "every"), "sequences"),
    **dict.fromkeys(("final", "last_step", "only_last"), "last"),
    **dict.fromkeys(("freeze", "fixed", "untrainable"), "frozen"),
    **dict.fromkeys(("size=", "width=", "window="), "kernel="),
    **dict.fromkeys(("share", "shared"), "tied"),
    **dict.fromkeys(("*", "x", "times", "repeat"), "x2"),
    **dict.fromkeys(("without", "no"), "nobias"),
}
"""Words that are no options, and the option that may be meant."""
_EXAMPLES = {"target_shape": "8x4", "dims": "2x1", "pool_size": "2", "factors": "2", "margins": "1+1"}
"""A value for each field that is not a plain size."""


class LineLayer(Record):
    """A layer of a line, the framework that its words are of, if any, and the width, the shape and the order that its call says."""

    layer: Layer
    framework: str | None = None
    width: int | None = None
    shape: tuple[int | None, ...] | None = None
    batch_first: Any = None


def part_of(text: str, words: Sequence[Token], vocab: int | None, size: str = "64") -> LineLayer:
    """Return the layer that one segment describes; raise NotationError, with the place, where it describes none.

    ``size`` is what an example has where a size is missing.
    """
    head, *rest = words
    if head.is_call:
        from lstm_calc.formats.notation.calls import read_call

        part = read_call(text, head)
        values, places = _options(text, rest, LayerName(part.layer.kind), dict.fromkeys(part.layer.changed(), head))
        return part.replace(layer=_built(text, words, LayerName(part.layer.kind), part.layer.changed() | values, places, size))
    name = name_of(text, head)
    field = value_of(name.kind)
    values, places = dict(name.values), {}
    if field and rest and _is_value(rest[0], name.kind, field):
        _refuse_comma(text, head, rest[0], field)
        _refuse_times(text, head, rest[0], field)
        values[field], places[field] = _sized(text, name, field, rest[0]), rest[0]
        rest = rest[1:]
    more, places = _options(text, rest, name, places)
    if name.kind == "embedding" and vocab is not None:
        values["vocab_size"] = vocab
    batch_first = any(re.fullmatch(r"(?i)batch_first=(?:true|1)", token.text) for token in rest)
    return LineLayer(_built(text, words, name, values | more, places, size), name.framework, batch_first=batch_first)


def name_of(text: str, token: Token) -> LayerName:
    """Return what a word names; raise NotationError, with the place, where that is no layer."""
    found = named(token.text)
    if found and found.kind == Nested.kind:
        raise NotationError("a model within a model can be said in a model file alone", text, token.start, token.stop)
    if found:
        return found
    if token.is_number:
        what = "a layer begins with its kind, such as 'lstm 64'; two of them are 'lstm 64 x2'"
        raise NotationError(what, text, token.start, token.stop)
    raise _unknown_layer(text, token, token.text)


def _unknown_layer(text: str, token: Token, word: str) -> NotationError:
    """Return that a word is no layer, and which one may be meant."""
    if (joined := re.fullmatch(r"([A-Za-z_]+)[-:=\[{<]+(\d[\w.]*)[\]}]?", word)) and (
        named(joined[1]) or joined[1].lower() == "vocab"
    ):
        what = f"{quoted(word)} is not a layer; write '{joined[1]} {joined[2]}'"
        return NotationError(what, text, token.start, token.stop)
    hint = did_you_mean(word.lower(), layer_names(), LAYER_PAGE, SYNONYMS)
    return NotationError(f"{quoted(word)} is not a layer{hint}", text, token.start, token.stop)


def _refuse_comma(text: str, head: Token, token: Token, field: str) -> None:
    """Refuse digits with a comma between them, which are several layers or one number, and show what to write for each."""
    if not re.fullmatch(DIGITS_AND_COMMAS, token.text):
        return
    layers = " > ".join(f"{head.text} {size}" for size in token.text.split(","))
    crossed = f"{head.text} {token.text.replace(',', 'x')}"
    readings = [layers if RULES[field] is count and field != "dim" else crossed]
    readings += [f"{head.text} {token.text.replace(',', '')}"] * bool(re.fullmatch(THOUSANDS, token.text))
    what = f"{quoted(token.text)} has a comma; write {listed(list(map(repr, readings)), 'or')}"
    raise NotationError(what, text, token.start, token.stop)


def _refuse_times(text: str, head: Token, token: Token, field: str) -> None:
    """Refuse a size with a number of layers right behind it."""
    if RULES[field] is count and (times := re.fullmatch(r"(\d[\d_]*)x(\d+)", token.text)):
        what = f"{quoted(token.text)} is not one size; write '{head.text} {times[1]} x{times[2]}' for {times[2]} layers"
        raise NotationError(what, text, token.start, token.stop)


def _is_value(token: Token, kind: str, field: str) -> bool:
    """Say whether a word right after a kind's name is its value, not an option."""
    word = token.text.lower()
    optional = layer_kind(kind).fields[field] is not ...
    return "=" not in word and not (optional and word in WORDS and WORDS[word][0] in layer_kind(kind).fields)


def _options(
    text: str, words: Sequence[Token], name: LayerName, places: dict[str, Token]
) -> tuple[dict[str, Any], dict[str, Token]]:
    """Return the fields that options set, and where each stands."""
    values: dict[str, Any] = {}
    for token in words:
        key, equals, _ = token.text.partition("=")
        if re.fullmatch(r"\d[\d_.]*[kKM]?", token.text):
            raise _second_size(text, token, name)
        if equals and key.lower() in EQUAL_WORDS and field_of(key, layer_kind(name.kind).fields) is None:
            continue
        field, value = _option(text, token, name)
        if field in places:
            raise NotationError(f"{field} is given twice", text, token.start, token.stop)
        values[field], places[field] = value, token
    return values, places


def _second_size(text: str, token: Token, name: LayerName) -> NotationError:
    """Return that a size is one too many, and what to write for what it may mean."""
    before = text[: token.start].split()
    if any("(" in word for word in before):
        from lstm_calc.formats.notation.tokens import tokens

        before = [each.text for each in tokens(text[: token.start])]  # blanks may stand in a call
    begins = next(
        (at for at in reversed(range(len(before))) if before[at].endswith(")") or begins_a_layer(before[at])), len(before) - 1
    )
    head, *options = own = before[begins:]
    head = head[: glued_name(head) or None]
    head = name.kind if head.endswith(")") else head
    if name.kind == "embedding":
        cure = f"embed {(options or ['64'])[0]}x{token.text}"
    elif "kernel_size" in layer_kind(name.kind).fields:
        cure = f"{' '.join(own)} kernel={token.text}"
    elif name.kind in _NORMS:
        cure = f"{' '.join(own)} in={token.text}"
    elif name.kind == "activation":
        cure = f"dense {token.text} > {' '.join(own)}"
    elif len(before) == 2 and options:
        cure = f"{options[0]} > {head} {token.text}"
    else:
        cure = f"{' '.join(own)} > {head if value_of(name.kind) == 'units' else 'dense'} {token.text}"
    what = f"{quoted(token.text)} is not an option of {name.kind}; write '{cure}'"
    return NotationError(what, text, token.start, token.stop)


_NORMS = frozenset({"batch_norm", "layer_norm", "rms_norm"})
"""Layers whose class in PyTorch is given what they read, and that have no size here."""


def _built(
    text: str, words: Sequence[Token], name: LayerName, values: dict[str, Any], places: dict[str, Token], size: str
) -> Layer:
    """Return the layer of these values, or say which word made it impossible."""
    kind, head = layer_kind(name.kind), words[0]
    missing = next((field for field, default in kind.fields.items() if default is ... and field not in values), None)
    if missing == "vocab_size":
        raise NotationError("an embedding needs its vocabulary: 'vocab 10000 > embed 128'", text, head.start, words[-1].stop)
    if missing and missing == value_of(name.kind):
        example = f"'{head.text} {_EXAMPLES.get(missing, size)}'"
        raise NotationError(f"{head.text} needs its {missing}, such as {example}", text, head.start, head.stop)
    if missing:
        sign = next((key for key, field in KEYS.items() if field == missing), missing)
        example = "x".join("3" * name.dims) or "3x3"
        raise NotationError(f"{head.text} needs its {missing}, such as '{sign}={example}'", text, head.start, words[-1].stop)
    try:
        return kind(**values)
    except ModelError as error:
        at = places.get(error.key or "", head)
        raise NotationError(str(error), text, at.start, at.stop) from None


def _option(text: str, token: Token, name: LayerName) -> tuple[str, Any]:
    """Return the field and the value that an option sets."""
    key, equals, _ = token.text.partition("=")
    word = OTHER_WORDS.get(key.lower(), key.lower())
    known = layer_kind(name.kind).fields
    if re.fullmatch(r"x[\d?].*", token.text):
        return _known(text, token, name, "repeat"), count_in(text, token.part(1))
    if equals and (field := field_of(key, known)):
        part = token.part(len(key) + 1)
        _refuse_commas_in(text, field, key, part)
        return field, _sized(text, name, field, part)
    field, parsed = (_field_elsewhere(key), None) if equals else WORDS.get(word, ("", None))
    return _known(text, token, name, field), parsed


def _field_elsewhere(key: str) -> str:
    """Return the field that a key sets in layers of other kinds, empty where it does in none."""
    from lstm_calc.model import KINDS

    return next((field for layer in KINDS.values() if (field := field_of(key, layer.fields))), "")


def _known(text: str, token: Token, name: LayerName, field: str) -> str:
    """Return a field that a kind has; raise NotationError with those that do, or with what the kind has, where it has not."""
    known = layer_kind(name.kind).fields
    if field in known:
        return field
    key, equals, _ = token.text.partition("=")
    offered = [f"{sign}=" for sign, meant in KEYS.items() if meant in known]
    offered += [word for word, (meant, _) in WORDS.items() if meant in known] + ["x2"] * ("repeat" in known)
    from lstm_calc.model import KINDS

    owners = [kind for kind, layer in KINDS.items() if field in layer.fields]
    page = "" if len(offered) < _FEW else f"lstm-calc help notation lists those of {name.kind}"
    why = f", but of {few(owners, _FEW)}" if owners else did_you_mean(key + equals, offered, page, _OPTION_SYNONYMS)
    raise NotationError(f"{quoted(token.text)} is not an option of {name.kind}{why}", text, token.start, token.stop)


def _refuse_commas_in(text: str, field: str, key: str, token: Token) -> None:
    """Refuse sizes with a comma between them: an x stands there."""
    if RULES[field] is not names and re.fullmatch(DIGITS_AND_COMMAS, token.text):
        what = f"{quoted(token.text)} has a comma; write '{key}={token.text.replace(',', 'x')}'"
        raise NotationError(what, text, token.start, token.stop)


def _sized(text: str, name: LayerName, field: str, token: Token) -> Any:
    """Return the value of a field; one size stands for each dimension that the name of the layer says, as conv2d does."""
    value = value_in(text, field, token)
    if not name.dims or not isinstance(value, tuple) or (field not in EACH and field != "padding"):
        return value
    if len(value) not in {1, name.dims}:
        what = f"{quoted(token.text)} has {len(value)} sizes, for a layer of {name.dims} dimensions"
        raise NotationError(what, text, token.start, token.stop)
    return value if len(value) == name.dims else value * name.dims

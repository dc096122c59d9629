"""The one-line notation: ``300 > bilstm 512 x2 > dense 10``, read into a Model and written from one.

    model   = source { ">" layer }
    source  = SIZE | SHAPE | "vocab" SIZE | layer with in=SIZE
    layer   = ["bi"] kind [ value ] { option }       embed DIM follows the vocab it belongs to
    option  = "x" COUNT | word | key "=" value
    SHAPE   = SIZE { "x" SIZE } | SIZE "x"           steps, image and features, _ for a size that is not known

In a template ? may stand for any of the sizes.
Reading what was written gives the same model back.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, ModelError, NotationError, did_you_mean, listed, quoted
from lstm_calc.frozen import RULES, UNKNOWN, Record, axes, count, margins, padding, parse_count, rate, sizes, target_shape, whole
from lstm_calc.model import KINDS, Layer, Model, Recurrent
from lstm_calc.model.template import Place, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_UNKNOWN_SIZE = "_x"
"""The beginning of a shape whose first size is not known."""
_WORD = re.compile(r"[^\s>]+|>")
_ALIASES = {
    "embed": "embedding",
    "convlstm": "conv_lstm",
    "layernorm": "layer_norm",
    "globalpool": "global_pool",
    "simple_rnn": "rnn",
    "linear": "dense",
    "repeatvector": "repeat_vector",
}
_WORDS: dict[str, tuple[str, Any]] = {
    "nobias": ("bias", False),
    "bidirectional": ("bidirectional", True),
    "peephole": ("peephole", True),
    "coupled": ("coupled", True),
    "tied": ("tied", True),
    "cudnn": ("cudnn", True),
    "frozen": ("trainable", False),
    "reset_after": ("reset_after", True),
    "reset_before": ("reset_after", False),
    "ungated": ("reset_gate", False),
    "proj_bias": ("projection_bias", True),
    "noproj_bias": ("projection_bias", False),
    "sequences": ("return_sequences", True),
    "last": ("return_sequences", False),
    "state": ("return_state", True),
    "stateful": ("stateful", True),
    "backwards": ("go_backwards", True),
    "average": ("function", "average"),
    "keepdims": ("keepdims", True),
    "nocenter": ("center", False),
    "noscale": ("scale", False),
}
"""Options that are one word: the field each sets, and to what."""

_KERAS_WORDS = {"return_sequences": "sequences", "return_state": "state", "go_backwards": "backwards"}
"""Options under their names in Keras and in model files."""

_KEYS = {
    "proj": "projection",
    "merge": "merge",
    "in": "input_dim",
    "kernel": "kernel_size",
    "k": "kernel_size",
    "strides": "strides",
    "dilation": "dilation_rate",
    "padding": "padding",
    "format": "data_format",
    "distributed": "time_distributed",
    "name": "name",
}
"""Options written ``key=value``: the field each sets, whose own name will do as well."""


class _Token(Record):
    text: str
    start: int

    @property
    def stop(self) -> int:
        return self.start + len(self.text)

    @property
    def option(self) -> str:
        """The field that the token sets by a word of its own: ``x2``, ``proj=32``; empty for a size alone."""
        key, equals, _ = self.text.partition("=")
        return _KEYS.get(key.lower(), key.lower()) if equals else "repeat" * self.text.startswith("x")

    @property
    def is_open(self) -> bool:
        """Whether ? stands for the size."""
        open_ = self.text.removeprefix("x") == UNKNOWN or self.text.endswith(f"={UNKNOWN}")
        return open_ and RULES.get(self.option or "units") is count

    @property
    def filled(self) -> _Token:
        """The token, of the same length, with a size where it is open."""
        return self.replace(text=f"{self.text[:-1]}1") if self.is_open else self


def read(text: str) -> Model:
    """Return the model that the text describes; raise NotationError, with the place, where it describes none.

    >>> read("32 > lstm 64 > dense 10").use[1].input_dim
    64
    """
    segments = list(_segments(text))
    source, layers, spans = _parts(text, segments)
    try:
        return Model(layers, **source)
    except ModelError as error:
        raise _placed_error(error, text, segments[0], spans, source) from None


def read_template(text: str) -> Template:
    """Return the template that the text describes: the notation, in which ``?`` may stand for any size.

    >>> read_template("64 > lstm ? x2 > dense 10").places
    ((0, 'units'),)
    """
    segments = list(_segments(text))
    source, layers, _ = _parts(text, [[token.filled for token in tokens] for tokens in segments])
    return Template(layers, places=tuple(_places(text, segments)), **source)


def _places(text: str, segments: list[list[_Token]]) -> Iterator[Place]:
    """Yield where the sizes stand that are open."""
    position = 0
    for at, tokens in enumerate(segments):
        source = at == 0 and _starts_a_number(tokens[0])
        vocab = tokens[0].text.lower() == "vocab"
        for token in tokens:
            if token.is_open:
                size = "input_dim" if source else "vocab_size" if vocab else _value_of(_kind(text, tokens[0])[0])
                yield None if source else position, token.option or size
        position += not (source or vocab)


def _value_of(kind: str) -> str:
    """Return the field that a value right after a kind's name sets."""
    return KINDS[kind].value or KINDS[kind].size


def _parts(text: str, segments: list[list[_Token]]) -> tuple[dict[str, Any], list[Layer], list[list[_Token]]]:
    """Return what the model reads, as fields of it, its layers, and the words of each."""
    vocab, spans, layers = None, [], list[Layer]()
    source: dict[str, Any] = {}
    for position, tokens in enumerate(segments):
        if position == 0 and _starts_a_number(tokens[0]):
            source = _source(text, tokens)
        elif tokens[0].text.lower() == "vocab":
            vocab = _vocab(text, tokens, segments[position + 1 : position + 2])
        else:
            layers.append(_layer(text, tokens, vocab))
            spans.append(tokens)
            vocab = None
    if not layers:
        raise NotationError("there is no layer; write '32 > lstm 64', in quotes (the shell takes > for itself)", text, 0, len(text))
    return source, layers, spans


def _placed_error(
    error: ModelError, text: str, source: list[_Token], spans: list[list[_Token]], given: dict[str, Any]
) -> NotationError:
    """Return a fault of the whole model as one of the place in the text that is to be mended."""
    if error.key == "input_dim" and not given:
        first = spans[0][0]
        return NotationError("begin with the features of a time step: '32 > lstm 64'", text, first.start, first.stop)
    at = source[:1] if error.layer is None else spans[error.layer]
    return NotationError(str(error), text, at[0].start, at[-1].stop)


def _segments(text: str) -> Iterator[list[_Token]]:
    """Yield the words between the ``>``, which parts them; an empty segment is refused."""
    segment: list[_Token] = []
    for match in _WORD.finditer(f"{text} >"):
        token = _Token(match[0], match.start())
        if token.text != ">":
            segment.append(token)
            continue
        if not segment:
            what = "the model is empty" if not text.strip() else "a layer is missing here"
            raise NotationError(f"{what}; write '32 > lstm 64'", text, min(token.start, len(text)), token.stop)
        yield segment
        segment = []


def _starts_a_number(token: _Token) -> bool:
    return token.text[0] in "+-.?0123456789" or token.text.startswith(_UNKNOWN_SIZE)


def _source(text: str, tokens: list[_Token]) -> dict[str, Any]:
    """Return what the model reads: the features of a step, or a shape."""
    if len(tokens) > 1:
        raise NotationError(f"a > is missing after {quoted(tokens[0].text)}", text, tokens[1].start, tokens[1].stop)
    if "x" not in tokens[0].text:
        return {"input_dim": _count(text, tokens[0])}
    first, *others = _split(tokens[0], "x")
    shape = [first] if [other.text for other in others] == [""] else [first, *others]
    return {"input_shape": tuple(None if part.text == "_" else _count(text, part) for part in shape)}


def _vocab(text: str, tokens: list[_Token], following: list[list[_Token]]) -> int:
    """Return the vocabulary that ``vocab N`` names for the embedding that has to follow."""
    if len(tokens) != 2:
        raise NotationError("write the vocabulary as 'vocab 10000'", text, tokens[0].start, tokens[-1].stop)
    if not following or _kind(text, following[0][0])[0] != "embedding":
        raise NotationError("an embedding follows a vocabulary: 'vocab 10000 > embed 128'", text, tokens[0].start, tokens[1].stop)
    return _count(text, tokens[1])


def _kind(text: str, token: _Token) -> tuple[str, bool]:
    """Return the kind that a word names, and whether it is bidirectional."""
    word = token.text.lower()
    kind = _ALIASES.get(word, word)
    if kind in KINDS:
        return kind, False
    inner = _ALIASES.get(word[2:], word[2:])
    if word.startswith("bi") and issubclass(KINDS.get(inner, Layer), Recurrent):
        return inner, True
    if _starts_a_number(token):
        raise NotationError("a layer begins with its kind, such as 'lstm 64'", text, token.start, token.stop)
    known = [*KINDS, *_ALIASES, "vocab", *(f"bi{name}" for name, layer in KINDS.items() if issubclass(layer, Recurrent))]
    raise NotationError(f"{quoted(token.text)} is not a layer{did_you_mean(word, known)}", text, token.start, token.stop)


def _layer(text: str, tokens: list[_Token], vocab: int | None) -> Layer:
    """Return the layer that one segment describes."""
    head, *rest = tokens
    kind, two_ways = _kind(text, head)
    field = _value_of(kind)
    values: dict[str, Any] = {}
    places: dict[str, _Token] = {}
    if field and rest and (KINDS[kind].fields[field] is ... or _is_value(rest[0], kind)):
        values[field], places[field] = _value(text, field, rest[0]), rest[0]
        rest = rest[1:]
    elif field and KINDS[kind].fields[field] is ...:
        raise NotationError(
            f"{head.text} needs its {field}, such as '{head.text} {_EXAMPLES.get(field, 64)}'", text, head.start, head.stop
        )
    if kind == "embedding":
        if vocab is None:
            raise NotationError("an embedding needs its vocabulary: 'vocab 10000 > embed 128'", text, head.start, tokens[-1].stop)
        values["vocab_size"] = vocab
    if two_ways:
        values["bidirectional"] = True
    for token in rest:
        field, value = _option(text, token, kind)
        if field in places:
            raise NotationError(f"{field} is given twice", text, token.start, token.stop)
        values[field], places[field] = value, token
    return _built(text, tokens, kind, values, places)


_EXAMPLES = {"target_shape": "8x4", "dims": "2x1", "pool_size": "2", "factors": "2", "margins": "1+1"}
"""A value for each field that is not a plain size."""


def _is_value(token: _Token, kind: str) -> bool:
    """Say whether a word after a kind whose value may be left out is that value, not an option."""
    word = token.text.lower()
    known = word in _WORDS and _WORDS[word][0] in KINDS[kind].fields
    return not known and "=" not in word


def _built(text: str, tokens: list[_Token], kind: str, values: dict[str, Any], places: dict[str, _Token]) -> Layer:
    """Return the layer of these values, or say which word made it impossible."""
    missing = [field for field, default in KINDS[kind].fields.items() if default is ... and field not in values]
    if missing:
        sign = next(key for key, field in _KEYS.items() if field == missing[0])
        message = f"{tokens[0].text} needs its {missing[0]}, such as '{sign}=3x3'"
        raise NotationError(message, text, tokens[0].start, tokens[-1].stop)
    try:
        return KINDS[kind](**values)
    except ModelError as error:
        at = places.get(error.key or "", tokens[0])
        raise NotationError(str(error), text, at.start, at.stop) from None


def _option(text: str, token: _Token, kind: str) -> tuple[str, Any]:
    """Return the field and the value that an option sets."""
    key, equals, value = token.text.partition("=")
    key = _KERAS_WORDS.get(key, key)
    known = KINDS[kind].fields
    if re.fullmatch(r"x[\d?].*", token.text):
        field, parsed = "repeat", _count(text, token.replace(text=token.text[1:], start=token.start + 1))
    elif equals and key.lower() in {*_KEYS, *_KEYS.values()}:
        field = _KEYS.get(key.lower(), key.lower())
        parsed = _value(text, field, _Token(value, token.start + len(key) + 1))
    elif not equals and key.lower() in _WORDS:
        field, parsed = _WORDS[key.lower()]
    else:
        field, parsed = "", None
    if field in known:
        return field, parsed
    offered = [f"{sign}=" for sign, name in _KEYS.items() if name in known]
    offered += [word for word, (name, _) in _WORDS.items() if name in known] + ["x2"] * ("repeat" in known)
    owners = [name for name, layer in KINDS.items() if field in layer.fields]
    why = f", but of {listed(owners)}" if owners else did_you_mean(key + equals, offered)
    raise NotationError(f"{quoted(token.text)} is not an option of {kind}{why}", text, token.start, token.stop)


def _value(text: str, field: str, token: _Token) -> Any:
    """Return the value of a field as its rule takes it."""
    reader = _READERS.get(RULES[field])
    return token.text if reader is None else reader(text, token)


def _counts(text: str, token: _Token) -> tuple[int, ...]:
    return tuple(_count(text, size) for size in _split(token, "x"))


def _margins(text: str, token: _Token) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(_whole(text, size) for size in _split(part, "+")) for part in _split(token, "x"))


def _target(text: str, token: _Token) -> tuple[int, ...]:
    return tuple(-1 if size.text == "-1" else _count(text, size) for size in _split(token, "x"))


def _padding(text: str, token: _Token) -> str | tuple[int, ...]:
    """Return one of the words for padding as it stands, or the zeros at each end of each dimension."""
    return tuple(_whole(text, size) for size in _split(token, "x")) if token.text[:1].isdigit() else token.text


def _split(token: _Token, sign: str) -> list[_Token]:
    """Return the parts of a word between some signs, each in its place."""
    parts = token.text.split(sign)
    starts = accumulate((len(part) + 1 for part in parts[:-1]), initial=token.start)
    return [_Token(part, start) for part, start in zip(parts, starts, strict=True)]


def _whole(text: str, token: _Token) -> int:
    return 0 if token.text == "0" else _count(text, token)


def _number(text: str, token: _Token) -> float:
    try:
        return float(token.text)
    except ValueError:
        raise NotationError(f"{quoted(token.text)} is not a number", text, token.start, token.stop) from None


def _count(text: str, token: _Token) -> int:
    try:
        return parse_count(token.text)
    except LstmCalcError as error:
        raise NotationError(str(error), text, token.start, token.stop) from None


_READERS: dict[Callable[[str, Any], Any], Callable[[str, _Token], Any]] = {
    count: _count,
    whole: _whole,
    rate: _number,
    margins: _margins,
    sizes: _counts,
    axes: _counts,
    target_shape: _target,
    padding: _padding,
}
"""For the rule of a field: what reads its value; words stand as they are."""


def write(model: Model) -> str:
    """Return the model in the one-line notation, such that :func:`read` gives it back.

    >>> write(read("32 > bilstm 64 merge=sum x2 nobias"))
    '32 > bilstm 64 x2 nobias merge=sum'
    """
    return " > ".join([*_written_source(model), *(part for layer in model.layers for part in written(layer))])


def _written_source(model: Model) -> list[str]:
    """Return the words for what a model reads: none where that is token ids of any number."""
    if model.input_shape is not None:
        shape = [_UNKNOWN_SIZE[:1] if size is None else str(size) for size in model.input_shape]
        return ["x".join(shape) + "x" * (len(shape) == 1)]
    return [] if model.input_dim is None else [str(model.input_dim)]


def written(layer: Layer) -> Iterator[str]:
    """Yield the segments of one layer: its vocabulary first where it is an embedding."""
    values = layer.changed()
    field = layer.value or layer.size
    if layer.kind == "embedding":
        yield f"vocab {values.pop('vocab_size')}"
    words = [f"{'bi' * values.pop('bidirectional', False)}{'embed' if layer.kind == 'embedding' else layer.kind}"]
    words += [_text(values.pop(field))] if field in values else []
    if "repeat" in values:
        words.append(f"x{values.pop('repeat')}")
    words += [word for word, (name, value) in _WORDS.items() if name in values and values[name] == value]
    words += [f"{key}={_text(values[name])}" for key, name in _KEYS.items() if name in values and key not in _SHORT]
    yield " ".join(words)


_SHORT = {"k"}
"""Keys that are short for others, and not written."""


def _text(value: Any) -> str:
    """Return a value as the notation has it: sizes with an x between them, margins with a + inside."""
    if not isinstance(value, tuple):
        return str(value)
    return "x".join("+".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value)

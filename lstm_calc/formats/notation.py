"""The one-line notation: ``300 > bilstm 512 x2 > dense 10``, read into a Model and written from one.

    model    = [ source ">" ] chain
    source   = SIZE | SHAPE
    chain    = item { ">" item }
    item     = layer | branches
    branches = "(" [ chain ] { "|" [ chain ] } ")"    all read what stands before them, and what follows reads all; an empty one
                                                      passes on what it reads
    layer    = ["bi"] kind [ value ] { option }       embed DIM follows the vocab it belongs to: vocab SIZE > embed DIM
    option   = "x" COUNT | word | key "=" value       inputs=encoder,split.1,encoder.h are what it reads, if not the layer before
    SHAPE    = SIZE { "x" SIZE }                      steps, image and features, _ for a size that is not known

For > stand ->, → and a comma before a blank, too. It may be left out before the name of a layer, and the blank between a name and
its size: 40 lstm96 dense7. Other spellings of names are in the tables below; what is written has the first one alone.

In a template ? may stand for any of the sizes.
Reading what was written gives the same model back. Models within a model, and the outputs of a model, can be said in a model file
alone.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, ModelError, NotationError, did_you_mean, listed, quoted
from lstm_calc.frozen import (
    RULES,
    UNKNOWN,
    UNKNOWN_SIZE,
    Record,
    any_axes,
    axes,
    axis,
    count,
    flag,
    groups,
    input_shape,
    margins,
    names,
    padding,
    parse_count,
    rate,
    sections,
    sizes,
    target_shape,
    whole,
    wholes,
)
from lstm_calc.model import KINDS, Input, Layer, Model, Nested, Recurrent
from lstm_calc.model.graph import INPUT, calls_of, modules_of
from lstm_calc.model.template import Place, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_UNKNOWN_FIRST = f"{UNKNOWN_SIZE}x"
"""The beginning of a shape whose first size is not known."""
_WORD = re.compile(r"->|[>()|→]|,(?=\s|$)|(?:(?!->|,(?:\s|$))[^\s>()|→])+")
_ARROWS = frozenset({"->", "→", ","})
"""Signs that stand for >."""
_GLUED = r"(.*?[^\W\d])(\d[\d_.,]*(?:[kKMGBT]|e\d+)?|\?|\d[\d_,]*x[\d?]+)"
"""A name and its size without a blank: lstm96."""
_DIGITS_AND_COMMAS = r"\d+(?:,\d+)+"
_THOUSANDS = r"\d{1,3}(?:,\d{3})+"
_SIGNS = frozenset(">()|")
_DEEPEST = 50
"""Branches within branches that are followed."""
_ALIASES = {
    "embed": "embedding",
    "convlstm": "conv_lstm",
    "layernorm": "layer_norm",
    "globalpool": "global_pool",
    "simple_rnn": "rnn",
    "linear": "dense",
    "repeatvector": "repeat_vector",
    "batchnorm": "batch_norm",
    "groupnorm": "group_norm",
    "rmsnorm": "rms_norm",
    "convgru": "conv_gru",
    "blstm": "bilstm",
    "bgru": "bigru",
    "brnn": "birnn",
    "simplernn": "rnn",
    "elman": "rnn",
    "fc": "dense",
    "fully_connected": "dense",
    "bn": "batch_norm",
    "batchnormalization": "batch_norm",
    "batch_normalization": "batch_norm",
    "layernormalization": "layer_norm",
    "layer_normalization": "layer_norm",
    "concatenate": "concat",
    "multiheadattention": "multi_head_attention",
}
"""Other names of layers; a - in a name is a _, and bi, bi- or bi_ before one of a recurrent layer is read in both directions."""
_FUNCTIONS = frozenset({"relu", "tanh", "sigmoid", "gelu", "softmax", "elu", "selu", "silu", "swish", "softplus", "leaky_relu"})
"""Functions whose names stand for an activation layer."""
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
    "inputs": "inputs",
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

    >>> read("32 > lstm 64 > dense 10").uses[1].input_dim
    64
    """
    segments, reads = _segments(text)
    source, layers, spans = _parts(text, segments)
    try:
        return Model(_joined(layers, [each for each, tokens in zip(reads, segments, strict=True) if _is_layer(tokens)]), **source)
    except ModelError as error:
        raise _placed_error(error, text, segments[0], spans, source) from None


def read_template(text: str) -> Template:
    """Return the template that the text describes: the notation, in which ``?`` may stand for any size.

    >>> read_template("64 > lstm ? x2 > dense 10").places
    ((0, 'units'),)
    """
    segments, reads = _segments(text)
    source, layers, _ = _parts(text, [[token.filled for token in tokens] for tokens in segments])
    layers = _joined(layers, [each for each, tokens in zip(reads, segments, strict=True) if _is_layer(tokens)])
    return Template(layers, places=tuple(_places(text, segments)), **source)


def _is_layer(tokens: list[_Token]) -> bool:
    """Say whether some words are a layer, not what the model reads or a vocabulary."""
    return not (_starts_a_number(tokens[0]) or tokens[0].text.lower() == "vocab")


def _joined(layers: list[Layer], reads: list[list[int]]) -> list[Layer]:
    """Return the layers, each with the names of what it reads where that is not the layer before."""
    if all(each == [position - 1] for position, each in enumerate(reads)):
        return layers
    calls = list(calls_of(layers))
    names = [modules_of(layers, calls)[0] if isinstance(layers[0], Input) else INPUT, *modules_of(layers, calls)]
    counts = [1, *(call.outputs for call in calls)]
    found = []
    for position, (layer, each) in enumerate(zip(layers, reads, strict=True)):
        inputs = tuple(f"{names[at + 1]}.{n}" if n else names[at + 1] for at in each for n in range(counts[at + 1]))
        plain = each == [position - 1] or layer.inputs or isinstance(layer, Input)
        found.append(layer if plain else layer.replace(inputs=inputs))
    return found


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


class _Segments:
    """The words of each layer of a text, and the positions of the layers that each reads, as signs are read one by one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words: list[list[_Token]] = []
        self.reads: list[list[int]] = []
        self._ends = [-1]
        """The layers whose outputs flow on from here; -1 is what the model reads."""
        self._open: list[tuple[_Token, list[int], list[int]]] = []
        """For each parenthesis that is open: where, what flows into its branches, and what those that are read give."""
        self._layers = 0
        self._before = ">"
        """The sign before, or a blank where words stand before."""

    def take(self, token: _Token) -> None:
        """Take the next word or sign up."""
        if token.text not in _SIGNS:
            if self._before == ")":
                raise self._error("a > is missing before this", token)
            if self._before == " " and not self._is_next(token):
                self._continue(token)
            else:
                self._begin(token)
            self._before = " "
            return
        begins = self._before in ">(|"
        if token.text == "(" and not begins:
            word = self.words[-1][-1] if self._before == " " else None
            called = word and word.stop == token.start and _named(word.text)
            what = f"a layer has no parentheses here: '{word.text.lower()} 64'" if word and called else "a > is missing before this"
            raise self._error(what, token)
        if begins and (token.text == ">" or (self._before == ">" and token.text in "|)")):
            self._missing(token)
        signs = {"(": self._enter, "|": self._branch, ")": self._leave}
        if token.text in signs:
            signs[token.text](token)
        self._before = token.text

    def end(self) -> None:
        """Refuse a text that stops too early."""
        if self._open:
            raise self._error("this parenthesis is not closed", self._open[-1][0])
        if self._before == ">":
            self._missing(_Token(">", len(self._text) + 1))

    def _is_next(self, token: _Token) -> bool:
        """Say whether a word begins the next layer, with no > before it: it names one, and is no word of the layer before."""
        head, *rest = self.words[-1]
        if not _begins_a_layer(token.text):
            return False
        if not _is_layer([head]):
            return _starts_a_number(head) or bool(rest)
        known = _named(head.text)
        if known is None:
            return True
        kind = KINDS[known[0]]
        field = _value_of(known[0])
        named = field and not rest and (kind.fields[field] is ... or RULES[field] not in _READERS)
        word = _WORDS.get(token.text.lower())
        return not named and (word is None or word[0] not in kind.fields)

    def _continue(self, token: _Token) -> None:
        """Take a word of the layer before; of ``embed 5000x64`` the first size is the vocabulary."""
        words = self.words[-1]
        vocab, sign, dim = token.text.partition("x")
        if len(words) == 1 and _named(words[0].text) == ("embedding", False) and vocab and sign and "=" not in token.text:
            self.words.insert(-1, [_Token("vocab", words[0].start), _Token(vocab, token.start)])
            self.reads.insert(-1, self.reads[-1])
            token = _Token(dim, token.start + len(vocab) + 1)
        words.append(token)

    def _begin(self, token: _Token) -> None:
        """Begin the words of a layer, of a vocabulary, or of what the model reads."""
        glued = None if _named(token.text) else re.fullmatch(_GLUED, token.text)
        if token.text.lower() in _FUNCTIONS:
            self._add(_Token("activation", token.start))
            self.words[-1].append(token)
        elif glued and _names_a_layer(glued[1]):
            self._add(_Token(glued[1], token.start))
            self._continue(_Token(glued[2], token.start + glued.start(2)))
        else:
            self._add(token)

    def _add(self, token: _Token) -> None:
        """Add the first word of a layer, of a vocabulary, or of what the model reads."""
        if _starts_a_number(token) and self._open:
            what = "what the model reads stands before its branches; a further input is a layer, such as 'input 20x32'"
            raise self._error(what, token)
        self.words.append([token])
        self.reads.append(self._ends)
        if _is_layer([token]):
            self._ends = [self._layers]
            self._layers += 1

    def _enter(self, token: _Token) -> None:
        if len(self._open) == _DEEPEST:
            raise self._error("branches are nested too deeply", token)
        self._open.append((token, self._ends, []))

    def _branch(self, token: _Token) -> None:
        if not self._open:
            raise self._error("| stands between branches, in parentheses: '32 > (lstm 64 | gru 64) > concat'", token)
        _, into, ends = self._open[-1]
        ends += self._ends
        self._ends = into

    def _leave(self, token: _Token) -> None:
        if not self._open:
            raise self._error("nothing is open here", token)
        _, _, ends = self._open.pop()
        self._ends = [*ends, *self._ends]

    def _missing(self, token: _Token) -> None:
        """Refuse a text without a layer where one has to be."""
        what = "a layer is missing here" if self._text.strip() else "the model is empty"
        start = min(token.start, len(self._text))
        raise NotationError(f"{what}; write '32 > lstm 64'", self._text, start, token.stop)

    def _error(self, what: str, token: _Token) -> NotationError:
        return NotationError(what, self._text, token.start, token.stop)


def _segments(text: str) -> tuple[list[list[_Token]], list[list[int]]]:
    """Return the words of each layer, and the positions of the layers that it reads."""
    segments = _Segments(text)
    for match in _WORD.finditer(text):
        segments.take(_Token(">" if match[0] in _ARROWS else match[0], match.start()))
    segments.end()
    return segments.words, segments.reads


def _named(word: str) -> tuple[str, bool] | None:
    """Return the kind of layer that a word names, and whether it is bidirectional; None where it names none."""
    word = word.lower().replace("-", "_")
    word = _ALIASES.get(word, word)
    if word in KINDS:
        return word, False
    for sign in ("bi_", "bi"):
        inner = _ALIASES.get(word.removeprefix(sign), word.removeprefix(sign))
        if word.startswith(sign) and issubclass(KINDS.get(inner, Layer), Recurrent):
            return inner, True
    return None


def _names_a_layer(word: str) -> bool:
    """Say whether a word is the name of a layer, or ``vocab``."""
    return word.lower() == "vocab" or _named(word) is not None


def _begins_a_layer(word: str) -> bool:
    """Say whether a layer can begin with a word: its name, a function, or a name with its size behind it."""
    glued = re.fullmatch(_GLUED, word)
    return _names_a_layer(word) or word.lower() in _FUNCTIONS or bool(glued and _names_a_layer(glued[1]))


def _starts_a_number(token: _Token) -> bool:
    return token.text[0] in "+-.?0123456789" or token.text.startswith(_UNKNOWN_FIRST)


def _source(text: str, tokens: list[_Token]) -> dict[str, Any]:
    """Return what the model reads: the features of a step, or a shape."""
    if len(tokens) > 1:
        if tokens[1].text[0].isalpha():
            _kind(text, tokens[1])  # says what is wrong with the name of the layer
        raise NotationError(f"a > is missing after {quoted(tokens[0].text)}", text, tokens[1].start, tokens[1].stop)
    if "x" not in tokens[0].text:
        return {"input_dim": _thousands(text, tokens[0])}
    return {"input_shape": _sizes(text, tokens[0])}


def _sizes(text: str, token: _Token) -> tuple[int | None, ...]:
    """Return a shape without its batch, None for a size that is not known; one size alone is written ``20x``, or ``20``."""
    parts = _split(token, "x")
    parts = parts[:-1] if len(parts) > 1 and not parts[-1].text else parts
    return tuple(None if part.text == UNKNOWN_SIZE else _count(text, part) for part in parts)


def _vocab(text: str, tokens: list[_Token], following: list[list[_Token]]) -> int:
    """Return the vocabulary that ``vocab N`` names for the embedding that has to follow."""
    if len(tokens) != 2:
        raise NotationError("write the vocabulary as 'vocab 10000'", text, tokens[0].start, tokens[-1].stop)
    next_ = following[0][0] if following else None
    if next_ is None or not _is_layer([next_]) or _kind(text, next_)[0] != "embedding":
        raise NotationError("an embedding follows a vocabulary: 'vocab 10000 > embed 128'", text, tokens[0].start, tokens[1].stop)
    return _thousands(text, tokens[1])


def _thousands(text: str, token: _Token) -> int:
    """Return a size whose digits may stand in groups of three, as in 50,000, where it cannot be two sizes."""
    if re.fullmatch(_THOUSANDS, token.text):
        return _count(text, _Token(token.text.replace(",", ""), token.start))
    return _count(text, token)


def _kind(text: str, token: _Token) -> tuple[str, bool]:
    """Return the kind that a word names, and whether it is bidirectional."""
    word = token.text.lower()
    found = _named(word)
    if found == (Nested.kind, False):
        raise NotationError("a model within a model can be said in a model file alone", text, token.start, token.stop)
    if found:
        return found
    if _starts_a_number(token):
        raise NotationError("a layer begins with its kind, such as 'lstm 64'", text, token.start, token.stop)
    known = [
        *KINDS,
        *_ALIASES,
        *sorted(_FUNCTIONS),
        "vocab",
        *(f"bi{name}" for name, layer in KINDS.items() if issubclass(layer, Recurrent)),
    ]
    raise NotationError(f"{quoted(token.text)} is not a layer{did_you_mean(word, known)}", text, token.start, token.stop)


def _layer(text: str, tokens: list[_Token], vocab: int | None) -> Layer:
    """Return the layer that one segment describes."""
    head, *rest = tokens
    kind, two_ways = _kind(text, head)
    field = _value_of(kind)
    values: dict[str, Any] = {}
    places: dict[str, _Token] = {}
    if field and rest and (KINDS[kind].fields[field] is ... or _is_value(rest[0], kind)):
        _refuse_comma(text, head, rest[0], field)
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


def _refuse_comma(text: str, head: _Token, token: _Token, field: str) -> None:
    """Refuse digits with a comma between them, which are several layers or one number, and show what to write for each."""
    if not re.fullmatch(_DIGITS_AND_COMMAS, token.text):
        return
    layers = " > ".join(f"{head.text} {size}" for size in token.text.split(","))
    readings = [layers if RULES[field] is count else f"{head.text} {token.text.replace(',', 'x')}"]
    readings += [f"{head.text} {token.text.replace(',', '')}"] * bool(re.fullmatch(_THOUSANDS, token.text))
    what = f"{quoted(token.text)} has a comma; write {listed(list(map(repr, readings)), 'or')}"
    raise NotationError(what, text, token.start, token.stop)


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
        sign = next((key for key, field in _KEYS.items() if field == missing[0]), missing[0])
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
    elif equals and key.lower() in {*_KEYS, *_KEYS.values(), *known}:
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


def _margin(text: str, token: _Token) -> tuple[int, ...]:
    return tuple(_whole(text, size) for size in _split(token, "x"))


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


def _flag(text: str, token: _Token) -> bool:
    if token.text not in {"true", "false"}:
        raise NotationError(f"{quoted(token.text)} is not true or false", text, token.start, token.stop)
    return token.text == "true"


def _integers(text: str, token: _Token) -> int | tuple[int, ...]:
    """Return one whole number, or several with an x between them; negative ones count from the end."""
    found = tuple(_integer(text, part) for part in _split(token, "x"))
    return found[0] if len(found) == 1 else found


def _integer(text: str, token: _Token) -> int:
    negative = token.text.startswith("-")
    size = _whole(text, _Token(token.text.removeprefix("-"), token.start + negative))
    return -size if negative else size


def _comma(text: str, token: _Token) -> tuple[str, ...]:  # noqa: ARG001 - as the other readers
    return tuple(token.text.split(","))


_READERS: dict[Callable[[str, Any], Any], Callable[[str, _Token], Any]] = {
    count: _count,
    whole: _whole,
    rate: _number,
    margins: _margins,
    sizes: _counts,
    axes: _counts,
    any_axes: _counts,
    target_shape: _target,
    padding: _padding,
    flag: _flag,
    axis: _integers,
    sections: _integers,
    groups: _integers,
    wholes: _margin,
    input_shape: _sizes,
    names: _comma,
}
"""For the rule of a field: what reads its value; words stand as they are."""


def write(model: Model) -> str:
    """Return the model in the one-line notation, such that :func:`read` gives it back.

    Raises ModelError for a model that the notation cannot say.

    >>> write(read("32 > bilstm 64 merge=sum x2 nobias"))
    '32 > bilstm 64 x2 nobias merge=sum'
    """
    if model.outputs or any(isinstance(layer, Nested) for layer in model.layers):
        what = "its outputs are named" if model.outputs else "it has a model within it"
        raise ModelError(f"the notation cannot say this model, for {what}; a model file can")
    full = [" > ".join(written(layer)) for layer in model.layers]
    if any(layer.inputs for layer in model.layers):
        from lstm_calc.formats.branches import line_of

        full = line_of(model, [" > ".join(written(layer.replace(inputs=()))) for layer in model.layers], full)
    return " > ".join([*_written_source(model), *full])


def shown(model: Model) -> str:
    """Return the model in the one-line notation, or a sentence where only a model file can say it."""
    try:
        return write(model)
    except ModelError:
        return f"a graph of {len(model.flat):,} layers, which only a model file can say"


def _written_source(model: Model) -> list[str]:
    """Return the words for what a model reads: none where that is token ids of any number."""
    if model.input_shape is not None:
        return [_text(model.input_shape) + "x" * (len(model.input_shape) == 1)]
    return [] if model.input_dim is None else [str(model.input_dim)]


def written(layer: Layer) -> Iterator[str]:
    """Yield the segments of one layer: its vocabulary first where it is an embedding."""
    values = {name: value for name, value in layer.changed().items() if name not in _UNWRITTEN}
    field = layer.value or layer.size
    if layer.kind == "embedding":
        yield f"vocab {values.pop('vocab_size')}"
    words = [f"{'bi' * values.pop('bidirectional', False)}{'embed' if layer.kind == 'embedding' else layer.kind}"]
    words += [_text(values.pop(field))] if field in values else []
    if "repeat" in values:
        words.append(f"x{values.pop('repeat')}")
    said = {name: word for word, (name, value) in _WORDS.items() if name in values and values[name] == value}
    keys = {name: key for key, name in _KEYS.items() if key not in _SHORT}
    words += said.values()
    words += [f"{key}={_text(values[name])}" for name, key in keys.items() if name in values and name not in said]
    words += [f"{name}={_text(value)}" for name, value in values.items() if name not in said and name not in keys]
    yield " ".join(words)


_UNWRITTEN = {"paths"}
"""Fields that say under which names a file keeps the weights."""

_SHORT = {"k"}
"""Keys that are short for others, and not written."""


def _text(value: Any) -> str:
    """Return a value as the notation has it: sizes with an x between them, margins with a + inside, names with commas."""
    if value is None or isinstance(value, bool):
        return UNKNOWN_SIZE if value is None else str(value).lower()
    if not isinstance(value, tuple):
        return str(value).replace("->", ":")
    if value and isinstance(value[0], str):
        return ",".join(value)
    return "x".join("+".join(map(str, each)) if isinstance(each, tuple) else _text(each) for each in value)

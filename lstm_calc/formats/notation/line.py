"""A line of notation as a model, or as a template in which sizes are left open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, NotationError, quoted, shortened
from lstm_calc.formats.notation.layers import LineLayer, name_of, part_of
from lstm_calc.formats.notation.names import field_of, value_of
from lstm_calc.formats.notation.tokens import is_layer, is_source, segments_of
from lstm_calc.formats.notation.values import DIGITS_AND_COMMAS, THOUSANDS, shape_in, thousands_in
from lstm_calc.frozen import Record
from lstm_calc.model import Input, Layer, Model, Recurrent, layer_kind
from lstm_calc.model.graph import INPUT, calls_of, modules_of
from lstm_calc.model.template import Place, Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.formats.notation.tokens import Token


class _ParsedLine(Record):
    """What a line says: the model's input and framework as fields of it, its layers, and the words of each."""

    top: dict[str, Any]
    parts: tuple[LineLayer, ...]
    spans: tuple[list[Token], ...]

    @property
    def layers(self) -> list[Layer]:
        return [part.layer for part in self.parts]


def model_in(text: str) -> Model:
    """Return the model that the text describes; raise NotationError, with the place, where it describes none."""
    segments, reads = segments_of(text)
    line = _line(text, segments)
    try:
        model = Model(_joined(line.layers, _of_layers(segments, reads)), **line.top)
    except ModelError as error:
        raise _placed_error(error, text, segments[0], line) from None
    _check_widths(text, model, line)
    return model


def template_in(text: str) -> Template:
    """Return the template that the text describes: the notation, in which ``?`` may stand for any size."""
    segments, reads = segments_of(text)
    line = _line(text, [[token.filled for token in tokens] for tokens in segments], "?")
    _refuse_widths(text, line, said=is_source(segments[0][0]))
    top = {field: value for field, value in line.top.items() if field in Template.fields}
    return Template(_joined(line.layers, _of_layers(segments, reads)), places=tuple(_places(text, segments)), **top)


_READS = "beside ? a layer does not say what it reads; write its own size alone, as dense 7"


def _refuse_widths(text: str, line: _ParsedLine, *, said: bool) -> None:
    """Refuse calls of a template that say what they read, apart from a first one that says what the model reads.

    ``said``: the line says that, too, and a first call may repeat it.
    """
    comes = line.top.get("input_dim") or (line.top.get("input_shape") or [None])[-1] if said else line.parts[0].width
    for position, (part, span) in enumerate(zip(line.parts, line.spans, strict=True)):
        if part.width is not None and (position or part.width != comes):
            raise NotationError(_READS, text, span[0].start, span[0].stop)


def _of_layers(segments: list[list[Token]], reads: list[list[int]]) -> list[list[int]]:
    """Return what the layers read, without what vocabularies and the model's input stand for."""
    return [each for each, tokens in zip(reads, segments, strict=True) if is_layer(tokens)]


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


def _places(text: str, segments: list[list[Token]]) -> Iterator[Place]:
    """Yield where the sizes stand that are open."""
    position = 0
    for at, tokens in enumerate(segments):
        source = at == 0 and is_source(tokens[0])
        vocab = tokens[0].text.lower() == "vocab"
        for token in tokens:
            for field in _open_fields(text, tokens[0], token, source=source, vocab=vocab) if token.is_open else ():
                is_read = token.is_call and field == "input_dim"
                if is_read and at:
                    raise NotationError(_READS, text, token.start, token.stop)
                yield None if source or is_read else position, field
        position += not (source or vocab)


def _open_fields(text: str, head: Token, token: Token, *, source: bool, vocab: bool) -> Iterable[str]:
    """Return the fields that are open in a word of a segment."""
    if token.is_call:
        from lstm_calc.formats.notation.calls import open_fields

        return open_fields(text, token, source=source)
    kind = "" if source or vocab or head.is_call else name_of(text, head).kind
    size = "input_dim" if source else "vocab_size" if vocab else value_of(kind) if kind else ""
    field = field_of(token.option, layer_kind(kind).fields) if token.option and kind else token.option
    return [field or size or ""]


def _line(text: str, segments: list[list[Token]], size: str = "64") -> _ParsedLine:
    """Return what the words of a line say; ``size`` is what an example has where a size is missing."""
    vocab, spans, parts = None, [], list[LineLayer]()
    top: dict[str, Any] = {}
    for position, tokens in enumerate(segments):
        if position == 0 and is_source(tokens[0]):
            top = _source(text, tokens)
        elif tokens[0].text.lower() == "vocab":
            vocab = _vocab(text, tokens, segments[position + 1 : position + 2])
        else:
            parts.append(part_of(text, tokens, vocab, size))
            spans.append(tokens)
            vocab = None
    if not parts:
        raise NotationError("there is no layer; write '32 > lstm 64', in quotes (the shell takes > for itself)", text, 0, len(text))
    if not top and parts[0].width is not None:
        top = _input_of(parts[0].shape or (None, parts[0].width))
    return _ParsedLine(top | _framework(text, parts, spans) | _order(parts), tuple(parts), tuple(spans))


def _framework(text: str, parts: Sequence[LineLayer], spans: Sequence[list[Token]]) -> dict[str, Any]:
    """Return the framework that words of a line are of; raise NotationError where they are of two."""
    found = [(part.framework, span[0]) for part, span in zip(parts, spans, strict=True) if part.framework]
    for name, token in found:
        if name != found[0][0]:
            what = f"this is of {name}, and {quoted(found[0][1].text)} of {found[0][0]}; a model is of one framework"
            raise NotationError(what, text, token.start, token.stop)
    return {"framework": found[0][0], "origin": f"{found[0][0]}, for {shortened(found[0][1].text)}"} if found else {}


def _order(parts: Sequence[LineLayer]) -> dict[str, Any]:
    """Return that all recurrent layers of a line read the batch first, where they do."""
    orders = {part.batch_first is True for part in parts if isinstance(part.layer, Recurrent)}
    return {"batch_first": True} if orders == {True} else {}


def _check_widths(text: str, model: Model, line: _ParsedLine) -> None:
    """Refuse a call that says it reads another width than comes in."""
    uses = [use for use in model.uses if use.depth == 0] if any(part.width for part in line.parts) else []
    for part, span, use in zip(line.parts, line.spans, uses, strict=False):
        comes = None if part.width is None else use.widths[0]
        if comes is not None and comes != part.width:
            what = f"{span[0].text.partition('(')[0]} reads {part.width:,} features here, and {comes:,} come in"
            raise NotationError(what, text, span[0].start, span[0].stop)


_LONGEST_EXAMPLE = 60
"""A line that is repeated as it would be right."""


def _placed_error(error: ModelError, text: str, source: list[Token], line: _ParsedLine) -> NotationError:
    """Return a fault of the whole model as one of the place in the text that is to be mended."""
    if error.key == "input_dim" and not {"input_dim", "input_shape"} & line.top.keys():
        first = line.spans[0][0]
        example = text.strip() if len(text) <= _LONGEST_EXAMPLE else "lstm 64"
        found = NotationError(f"begin with the features of a time step: '32 > {example}'", text, first.start, first.stop)
        found.key = error.key
        return found
    at = source[:1] if error.layer is None else line.spans[error.layer]
    return NotationError(str(error), text, at[0].start, at[-1].stop)


def _source(text: str, tokens: list[Token]) -> dict[str, Any]:
    """Return what the model reads: the features of a step, or a shape."""
    first, *others = tokens
    if others:
        if others[0].text[0].isalpha():
            name_of(text, others[0])  # says what is wrong with the name of the layer
        what = f"a > is missing after {quoted(first.text)}"
        what += f", and the kind of the layer: '{first.text} > lstm {others[0].text}'" if others[0].text.isdigit() else ""
        raise NotationError(what, text, others[0].start, others[0].stop)
    if first.is_call:
        from lstm_calc.formats.notation.calls import read_input

        return _input_of(read_input(text, first))
    if re.fullmatch(DIGITS_AND_COMMAS, first.text) and not re.fullmatch(THOUSANDS, first.text):
        what = f"{quoted(first.text)} has a comma; write '{first.text.replace(',', 'x')}' for a shape, or one number of features"
        raise NotationError(what, text, first.start, first.stop)
    return {"input_shape": shape_in(text, first)} if "x" in first.text else {"input_dim": thousands_in(text, first)}


def _input_of(shape: tuple[int | None, ...]) -> dict[str, Any]:
    """Return a shape as a field of a model: its features alone where no more is known of it."""
    features_alone = len(shape) == 2 and shape[0] is None
    return {"input_dim": shape[1]} if features_alone else {"input_shape": shape}


def _vocab(text: str, tokens: list[Token], following: list[list[Token]]) -> int:
    """Return the vocabulary that ``vocab N`` names for the embedding that has to follow."""
    if len(tokens) != 2:
        raise NotationError("write the vocabulary as 'vocab 10000'", text, tokens[0].start, tokens[-1].stop)
    next_ = following[0][0] if following else None
    if next_ is None or next_.is_call or not is_layer([next_]) or name_of(text, next_).kind != "embedding":
        raise NotationError("an embedding follows a vocabulary: 'vocab 10000 > embed 128'", text, tokens[0].start, tokens[1].stop)
    return thousands_in(text, tokens[1])

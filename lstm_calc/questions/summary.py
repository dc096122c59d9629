"""A model in one row per layer: output shape, parameters, share of them, and multiply-accumulates per step."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.dtypes import Dtype, dtype_of, layer_bytes
from lstm_calc.errors import ModelError, few, listed
from lstm_calc.frameworks import Framework, framework_of, layout_for, with_defaults
from lstm_calc.operations import are_operations_known, macs_in
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.input_shape import NamedShape, order_of, read_shape, uses_for
from lstm_calc.questions.params import ParamCount, params, trained_words
from lstm_calc.questions.titles import in_framework
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.runs import batch_of, runs_of, with_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lstm_calc.model import Model, Use
    from lstm_calc.model.sizes import Shape, Size


class LayerSummary(Data):
    """One layer, or a further use of one.

    ``inputs`` are the names of the layers that it reads, none where it reads the input of the model. ``output_shapes`` are batch
    first, with None for a size that is not known. ``params``, ``trainable`` and ``bytes`` are None where the layer is not counted;
    a layer that is shared has them at its first use. ``macs`` are those of one step of one sequence, or of one sequence where the
    layer does not run step by step; None where a size is missing.
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shapes: tuple[Shape, ...]
    params: int | None
    trainable: int | None
    bytes: int | None
    macs: int | None
    shared: bool


class Summary(Answer):
    """A model in one row per layer; ``missing`` says why the multiply-accumulates are not known, where they are not."""

    schema = "lstm-calc/summary/1"
    json: ClassVar[tuple[str, ...]] = (
        *("schema", "framework", "dtype", "layers", "total", "trainable", "non_trainable", "bytes", "macs"),
    )

    counted: ParamCount
    dtype: str
    layers: tuple[LayerSummary, ...]
    missing: str = ""

    @property
    def model(self) -> Model:
        """The model."""
        return self.counted.model

    @property
    def framework(self) -> str:
        """The framework whose parameters are counted."""
        return self.counted.framework

    @property
    def total(self) -> int | None:
        """All parameters, None where a layer is not counted."""
        return self.counted.total

    @property
    def trainable(self) -> int:
        """The parameters that are trained, of the layers that are counted."""
        return self.counted.trainable

    @property
    def non_trainable(self) -> int:
        """The parameters that are not trained, of the layers that are counted."""
        return self.counted.non_trainable

    @property
    def bytes(self) -> int:
        """The bytes of the weights, of the layers that are counted."""
        return sum(layer.bytes or 0 for layer in self.layers)

    @property
    def macs(self) -> int | None:
        """The multiply-accumulates of all layers, None where those of one are not known."""
        known = [layer.macs for layer in self.layers if layer.macs is not None]
        return sum(known) if len(known) == len(self.layers) else None

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; shapes are lists."""
        return super().data() | self.counted.partial()

    def document(self) -> Document:
        """Return one row per layer, the totals below."""
        title = f"Summary of {in_framework(self.model, self.framework)}"
        return Document(title, (_table(self),), tuple(_notes(self)))


def summary(
    model: Model,
    framework_name: str | None = None,
    *,
    shape: Sequence[Size] | None = None,
    batch: int | None = None,
    steps: int | None = None,
    dtype: str = "float32",
    per_channel: bool = False,
) -> Summary:
    """Return a model in one row per layer, as a framework (None: the model's own) stores and runs it.

    ``shape`` is that of the input, as the framework reads it, else ``batch`` and ``steps`` say what is known of it. The bytes are
    those of weights in ``dtype``, with ``per_channel`` of one scale per channel in the integer types.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for, ModelError where the shape does not fit,
    LstmCalcError for an unknown data type.

    >>> from lstm_calc import read, summary
    >>> [(layer.name, layer.output_shapes[0], layer.params) for layer in summary(read("32 > lstm 64 last > dense 10")).layers]
    [('lstm', (None, 64), 24832), ('dense', (None, 10), 650)]
    """
    table, kind = framework_of(model, framework_name), dtype_of(dtype)
    model = with_steps(model, table.name, steps)
    counted = params(model, table.name)
    named, _ = read_shape(model, table, order_of(model, table, batch_first=None), shape=shape, batch=batch, steps=steps)
    uses = uses_for(with_defaults(model, table), named if named.batch else named.replace(batch=(None,)))
    macs, missing = _macs(model, table, named)
    bytes_of = partial(_bytes, table=table, dtype=kind, per_channel=per_channel)
    return Summary(counted, dtype, tuple(_rows(model, counted, uses, macs, bytes_of)), missing)


def _rows(
    model: Model, counted: ParamCount, uses: Sequence[Use], macs: Mapping[str, int], bytes_of: Callable[[Use], int]
) -> Iterator[LayerSummary]:
    """Yield a row per use of a layer."""
    uncounted = {each.layer for each in counted.uncounted}
    owned = {layer.name: layer for layer in counted.layers}
    for use in uses:
        yield LayerSummary(
            name=use.name,
            type=use.layer.kind,
            inputs=() if model.disconnected else tuple(_inputs(use, uses)),
            output_shapes=() if model.disconnected else use.outputs,
            params=owned[use.name].total,
            trainable=owned[use.name].trainable,
            bytes=None if use.name in uncounted else bytes_of(use),
            macs=macs.get(use.name) if use.name not in uncounted and are_operations_known(use.layer) else None,
            shared=use.shared,
        )


def _macs(model: Model, table: Framework, named: NamedShape) -> tuple[dict[str, int], str]:
    """Return the multiply-accumulates of one step of one sequence by layer; and why those of some, or of all, are missing.

    Where the steps are not known, one is run, which gives nothing for a layer that reads all of them at once.
    """
    steps = next((size or 1 for size in named.steps), None)
    space = () if None in named.space else tuple(size for size in named.space if size is not None)
    try:
        found = {run.use: macs_in(run) // run.repeats for run in runs_of(model, table, batch_of(1, steps, space=space))}
    except ModelError as error:
        return {}, str(error)
    whole = [use.name for use, macs in found.items() if macs and use.reads_steps and not use.layer.stepwise]
    if not whole or None not in named.steps:
        return {use.name: macs for use, macs in found.items()}, ""
    missing = f"those of {few(whole)} depend on how many steps there are: give the steps (--steps 20)"
    return {use.name: macs for use, macs in found.items() if use.name not in whole}, missing


def _bytes(use: Use, table: Framework, dtype: Dtype, *, per_channel: bool) -> int:
    """Return the bytes of a layer's weights; none at a further use."""
    return 0 if use.shared else layer_bytes(use, layout_for(table, use.layer), dtype, per_channel=per_channel)


def _inputs(use: Use, uses: Sequence[Use]) -> Iterator[str]:
    """Yield the names of the layers whose outputs or states a layer reads."""
    yield from dict.fromkeys(uses[position].name for position, _ in use.sources if position >= 0)


def _table(answer: Summary) -> Table:
    layers = answer.layers
    chain = not layers[0].inputs and all(layer.inputs == (before.name,) for before, layer in pairwise(layers))
    columns = (
        Column("layer", "layer"),
        Column("type", "type", shown=any(not layer.name.startswith(layer.type) for layer in layers), gives_way=3),
        Column("inputs", "reads", shown=not chain, gives_way=2),
        Column("output_shape", "output shape", "shape"),
        Column("trained", "trained", shown=answer.non_trainable > 0, gives_way=2),
        Column("params", "parameters", "number", short="params"),
        Column("share", "share", "share", gives_way=1),
        Column("bytes", "weights", "bytes", shown=False),
        Column("macs", "MACs per step", "number"),
    )
    name = "lower bound" if answer.counted.uncounted else "total"
    blanks = (None,) * 4
    known = answer.counted.known_total
    total = Line((name, *blanks, known, answer.counted.share(known), answer.bytes, answer.macs), sum="total")
    return Table(columns, (*(_line(layer, answer) for layer in layers), total))


def _line(layer: LayerSummary, answer: Summary) -> Line:
    trained = trained_words(layer.params, layer.trainable)
    count = None if layer.shared else layer.params
    shape, inputs = next(iter(layer.output_shapes), None), ", ".join(layer.inputs) or None
    values = (trained, count, answer.counted.share(count), None if layer.shared else layer.bytes, layer.macs)
    return Line((layer.name, layer.type, inputs, shape, *values))


def _notes(answer: Summary) -> Iterator[str]:
    counted = answer.counted
    if answer.model.origin:
        yield answer.model.origin
    least = f"at least {counted.known_total:,} parameters: " if counted.uncounted else ""
    yield f"{least}trainable {counted.trainable:,}, frozen {counted.non_trainable:,}; {size_words(answer.bytes)} in {answer.dtype}"
    for each in counted.uncounted:
        yield f"{each.layer} is not counted: {each.reason}"
    shared = [layer.name for layer in answer.layers if layer.shared]
    if shared:
        yield f"{listed(shared)}: a further use of a layer, whose parameters are counted at the first"
    several = [layer.name for layer in answer.layers if len(set(layer.output_shapes)) > 1]
    if several:
        yield f"{listed(several)}: more outputs of other shapes; this is the first"
    if answer.model.assumed and not answer.model.disconnected:
        yield answer.model.assumed
    if answer.missing:
        yield f"MACs are not known: {answer.missing}"
    stepwise = {use.name: use.layer.stepwise for use in answer.model.uses}
    whole = [layer.name for layer in answer.layers if layer.macs and not stepwise[layer.name]]
    if whole:
        yield f"MACs per step: where a whole sequence or image is read at once, those of all of it: {few(whole)}"

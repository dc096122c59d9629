"""What a model costs: the operations of a batch, the bytes that it takes, and a lower bound of the time of a step on a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import Dtype, dtype_of
from lstm_calc.errors import LstmCalcError, listed
from lstm_calc.frameworks import Framework, caller_notes, framework, framework_of
from lstm_calc.frameworks.counting import count
from lstm_calc.frozen import quotient
from lstm_calc.model.cells import CELLS, FUNCTIONS
from lstm_calc.operations import Operations, are_operations_known, idle_gates, merge_flops, operations_in
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.cost.memory import Bytes, Training, bytes_moved, bytes_of, together, training_bytes
from lstm_calc.questions.tensors import tensors
from lstm_calc.questions.titles import batch_words, counted, in_framework, run_words
from lstm_calc.render import size_words
from lstm_calc.render.document import Block, Column, Document, Line, Table, Value
from lstm_calc.runs import Batch, LayerRun, batch_of, runs_of, with_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.model import Model


class LayerCost(Data):
    """One layer: the operations of one step of one sequence, how often they run in the batch, and those of the whole batch.

    ``runs`` counts the steps that are read of all sequences, or the sequences where a layer reads them whole (a convolution over
    the steps), so that ``runs`` times ``step`` is ``whole``; ``given`` counts the steps of the output (one per sequence where only
    the last is given); ``idle`` are the gates that are stored, but follow from another and are not computed.
    ``bytes_moved`` are those of a step of every sequence: its weights read once, its states read and written, input and output.
    """

    json = ("name", "type", "runs", "given", "bytes_moved", "idle")
    old_names = {"moved": "bytes_moved"}  # noqa: RUF012  a class variable

    name: str
    type: str
    runs: int
    given: int
    idle: tuple[str, ...]
    step: Operations
    whole: Operations
    bytes: Bytes
    bytes_moved: int

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return super().data() | self.whole.data() | {"per_step": self.step.data(), "bytes": self.bytes.data()}


class Traffic(Data):
    """One step of every sequence on a device: operations, bytes moved, and a lower bound in seconds for each of the two.

    What is larger than any float is None.
    """

    json = ("flops", "bytes_moved", "compute_seconds", "memory_seconds", "intensity", "bound")
    old_names = {"moved": "bytes_moved"}  # noqa: RUF012  a class variable

    flops: int
    bytes_moved: int
    compute_seconds: float | None
    memory_seconds: float | None

    @property
    def intensity(self) -> float | None:
        """The floating-point operations for each byte moved."""
        return quotient(self.flops, self.bytes_moved)

    @property
    def bound(self) -> str | None:
        """Whether compute or memory bounds the step; None unless both are known."""
        if self.compute_seconds is None or self.memory_seconds is None:
            return None
        return "compute" if self.compute_seconds >= self.memory_seconds else "memory"


class Cost(Answer):
    """What a model costs in a framework; ``space`` is the image that it reads, where there is one.

    All sequences of the ``batch`` have so many ``steps``, or each one of the ``lengths``. ``flops`` and ``bandwidth`` are a
    device's operations and bytes per second.
    """

    schema = "lstm-calc/cost/1"
    json = ("schema", "framework", "dtype", "batch", "steps", "lengths", "space", "optimizer", "truncate", "params")

    model: Model
    framework: str
    dtype: str
    batch: int
    steps: int | None
    lengths: tuple[int, ...] | None
    space: tuple[int, ...]
    optimizer: str | None
    truncate: int | None
    flops: int | None
    bandwidth: int | None
    layers: tuple[LayerCost, ...]

    @property
    def params(self) -> int:
        """How many parameters the model has."""
        return count(self.model, self.framework)

    @property
    def several_steps(self) -> bool:
        """Whether a sequence has more than one step, so that it matters which of them a layer gives."""
        return self.steps is None or self.steps > 1

    @property
    def step(self) -> Operations:
        """The operations of one step of one sequence, through every layer once."""
        return _sum(layer.step for layer in self.layers)

    @property
    def whole(self) -> Operations:
        """The operations of the batch."""
        return _sum(layer.whole for layer in self.layers)

    @property
    def macs(self) -> int:
        """The multiply-accumulates of the batch."""
        return self.whole.macs

    @property
    def bytes(self) -> Bytes:
        """The bytes of the model: sums over its layers, but the largest activations, whose buffers are reused layer by layer."""
        return together([layer.bytes for layer in self.layers])

    @property
    def traffic(self) -> Traffic:
        """One step of every sequence on a device."""
        flops, moved = self.batch * self.step.flops, sum(layer.bytes_moved for layer in self.layers)
        seconds = [rate and quotient(amount, rate) for amount, rate in ((flops, self.flops), (moved, self.bandwidth))]
        return Traffic(flops, moved, *seconds)

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; what was not asked for is null."""
        parts = {
            "per_step": self.step.data(),
            "per_sequence": self._per_sequence(),
            "bytes": self.bytes.data(),
            "step": self.traffic.data(),
            "layers": [layer.data() for layer in self.layers],
        }
        return super().data() | self.whole.data() | parts

    def document(self) -> Document:
        """Return the operations and the bytes, by layer and in total."""
        how = run_words(self.model, self.framework, several_steps=self.several_steps)
        title = f"Cost of {in_framework(self.model, self.framework)}{how}: {conditions_words(self)}"
        tables = (_operations_table(self), _bytes_table(self), _traffic_table(self))
        notes, legend = tuple(_notes(self.model, self)), tuple(_legend(self))
        return Document(title, tables, notes, body=(Block(figures(self)),), legend=legend)

    def _per_sequence(self) -> dict[str, int] | None:
        """Return the operations of one sequence; None unless all have one length."""
        if self.lengths is not None:
            return None
        return {name: value // self.batch for name, value in self.whole.data().items()}


def cost(
    model: Model,
    framework_name: str | None = None,
    *,
    batch: int = 1,
    steps: int | None = None,
    lengths: Sequence[int] | None = None,
    space: Sequence[int] = (),
    dtype: str = "float32",
    per_channel: bool = False,
    optimizer: str | None = None,
    truncate: int | None = None,
    flops: int | None = None,
    bandwidth: int | None = None,
) -> Cost:
    """Return the operations and bytes of a model on a batch of sequences of so many ``steps``, or of these valid ``lengths``.

    ``space`` is the image that the model reads; with ``per_channel`` the integer types have one scale per channel. With an
    ``optimizer`` the answer has what training takes; backpropagation goes through ``truncate`` steps at a time (None: all of them).
    ``flops`` and ``bandwidth`` are a device's operations and bytes per second.

    Raises FrameworkError where the framework lacks what the model asks for, ModelError where the image does not fit, LstmCalcError
    for a type or optimizer that is not known, or a type that is not trained in.

    >>> from lstm_calc import cost, read
    >>> answer = cost(read("32 > lstm 32"), "pytorch", steps=10)
    >>> answer.macs, answer.whole.elementwise_flops, answer.bytes.weights
    (81920, 9600, 33792)
    """
    table, kind = framework_of(model, framework_name), dtype_of(dtype)
    asked, model = batch_of(batch, steps, lengths=lengths, space=space), with_steps(model, table.name, steps)
    runs = runs_of(model, table, asked)
    stretch = batch_of(batch, steps, lengths=lengths, space=space, longest=truncate)
    training = _training(model, table, stretch, kind, optimizer) if optimizer is not None else [None for _ in runs]
    layers = tuple(_layer(run, kind, part, per_channel=per_channel) for run, part in zip(runs, training, strict=True))
    each = runs[0].steps_in // asked.sequences if lengths is None else None
    every = None if lengths is None else tuple(lengths)
    return Cost(model, table.name, dtype, asked.sequences, each, every, asked.space, optimizer, truncate, flops, bandwidth, layers)


def _training(model: Model, table: Framework, stretch: Batch, dtype: Dtype, optimizer: str) -> list[Training]:
    """Return what training takes by layer; ``stretch`` is the batch that one backward pass goes through."""
    from lstm_calc.questions.training import optimizer_of, saved_values

    states = optimizer_of(optimizer).states
    if dtype.scale:
        raise LstmCalcError(f"{dtype.name} weights are not trained; give float32, float16 or bfloat16")
    stored = tensors(model, table.name).by_layer
    trained = {layer: [tensor.shape for tensor in owned if tensor.trainable] for layer, owned in stored.items()}
    runs = runs_of(model, table, stretch)
    saved = zip(runs, saved_values(runs), strict=True)
    return [training_bytes(trained.get(run.use.name, []), values, dtype, states) for run, values in saved]


def _layer(run: LayerRun, dtype: Dtype, training: Training | None, *, per_channel: bool) -> LayerCost:
    merged, whole, first = merge_flops(run.layer), operations_in(run), run.first
    per_run = whole if len(run.uses) == 1 else operations_in(first)  # all sequences are of one length
    return LayerCost(
        name=run.use.name,
        type=run.layer.kind,
        runs=run.repeats,
        given=run.steps_out,
        idle=idle_gates(run.use, run.layout),
        step=per_run.shared(first.repeats, joining=merged * run.numbers_out_a_step // run.sequences),
        whole=whole.shared(1, joining=merged * run.numbers_out),
        bytes=bytes_of(run, dtype, training, per_channel=per_channel),
        bytes_moved=bytes_moved(run, dtype, per_channel=per_channel),
    )


def _sum(parts: Iterable[Operations]) -> Operations:
    return Operations(*map(sum, zip(*(each.asdict().values() for each in parts), strict=True)))


def figures(answer: Cost) -> str:
    """Return the figures that people quote, in one line."""
    taken = answer.bytes
    bytes_ = f"{size_words(taken.weights)} of weights, {size_words(taken.working_memory)} of working memory"
    training = "" if taken.for_training is None else f"; {size_words(taken.for_training)} to train with {answer.optimizer}"
    return f"{counted(answer.params, 'parameter')}, {bytes_}; {answer.macs:,} MACs, {answer.whole.flops:,} FLOPs{training}"


def conditions_words(answer: Cost) -> str:
    """Return, in words, what is run, and in which data type."""
    return f"{batch_words(answer.batch, answer.steps, answer.lengths, answer.space)}, {answer.dtype}"


def _operations_table(answer: Cost) -> Table:
    columns = (
        Column("layer", "layer"),
        Column("type", "type", shown=False),
        Column("runs", "runs", "number", gives_way=3),
        Column("step_macs", "MACs per step", "number"),
        Column("macs", "MACs", "number"),
        Column("elementwise_flops", "element-wise FLOPs", "number", gives_way=2),
        Column("bias_flops", "bias FLOPs", "number", gives_way=1),
        Column("flops", "FLOPs", "number"),
    )
    lines = [Line((layer.name, layer.type, layer.runs, *_operations_values(layer.step, layer.whole))) for layer in answer.layers]
    return Table(columns, (*lines, Line(("total", None, None, *_operations_values(answer.step, answer.whole)), sum="total")))


def _operations_values(step: Operations, whole: Operations) -> tuple[int, ...]:
    return step.macs, whole.macs, whole.elementwise_flops, whole.bias_flops, whole.flops


def _bytes_table(answer: Cost) -> Table:
    columns = (
        Column("layer", "layer"),
        Column("weights", "weights", "bytes"),
        Column("state", "state", "bytes"),
        Column("activations_step", "activations per step", "bytes", gives_way=1),
        Column("activations_sequence", "activations per sequence", "bytes"),
        Column("gradients", "gradients", "bytes"),
        Column("optimizer", "optimizer", "bytes"),
        Column("master_weights", "master weights", "bytes", shown=any(each.master_weights for each in _trainings(answer))),
        Column("saved_activations", "saved for backward", "bytes"),
        Column("step_flops", "FLOPs per batch step", "number", shown=False),
        Column("bytes_moved", "bytes moved per batch step", "bytes", shown=False),
    )
    lines = [
        Line((layer.name, *_bytes_values(layer.bytes), answer.batch * layer.step.flops, layer.bytes_moved))
        for layer in answer.layers
    ]
    step = (answer.traffic.flops, answer.traffic.bytes_moved)
    return Table(columns, (*lines, Line(("total", *_bytes_values(answer.bytes), *step), sum="total")))


def _bytes_values(each: Bytes) -> tuple[Value, ...]:
    inference = (each.weights, each.state, each.activations_step, each.activations_sequence)
    training: tuple[Value, ...] = tuple(each.training.asdict().values()) if each.training else (None,) * 4
    return (*inference, *training)


def _traffic_table(answer: Cost) -> Table:
    traffic, each = answer.traffic, "per batch step" if answer.batch > 1 else "per step"
    columns = (
        Column("step_flops", f"FLOPs {each}", "number"),
        Column("bytes_moved", f"bytes moved {each}", "bytes"),
        Column("intensity", "FLOPs per byte", "ratio"),
        Column("compute_seconds", "compute time, lower bound", "seconds"),
        Column("memory_seconds", "memory time, lower bound", "seconds"),
        Column("bound", "bound by"),
    )
    values = (traffic.flops, traffic.bytes_moved, traffic.intensity, traffic.compute_seconds, traffic.memory_seconds, traffic.bound)
    return Table(columns, (Line(values),), for_machines=False)


def _notes(model: Model, answer: Cost) -> Iterator[str]:
    unknown = [use.name for use in model.uses if not are_operations_known(use.layer)]
    if unknown:
        yield f"MACs and FLOPs are lower bounds: what {listed(unknown)} computes is not known, and counted as none"
    if model.assumed:
        yield model.assumed
    yield from _step_notes(model, answer)
    yield from caller_notes(model, framework(answer.framework))


def _legend(answer: Cost) -> Iterator[str]:
    """Yield what the figures mean for every model."""
    yield _OPERATIONS_LEGEND
    yield _BYTES_LEGEND
    if answer.dtype in _DTYPE_LEGENDS:
        yield f"{answer.dtype}: {_DTYPE_LEGENDS[answer.dtype]}"
    if answer.optimizer is not None:
        yield _training_words(answer, answer.optimizer)
    yield _TRAFFIC_LEGEND


_FLOPS = ", ".join(f"{name} {function.flops}" for name, function in FUNCTIONS.items() if name.isidentifier())
_OPERATIONS_LEGEND = (
    "MACs: multiply-accumulates of the matrix products alone, 2 FLOPs each; per step: one step of one sequence; element-wise "
    f"FLOPs: of recurrent cells, + - * 1, {_FLOPS}; activation, normalisation and merge layers count 0; bias FLOPs: additions of "
    "biases as stored"
)
_BYTES_LEGEND = (
    "weights as stored; state: h (and c) of the batch; activations: a layer's input, its output and the gates of one step, of the "
    "layer that needs most; working memory: state and activations of the whole sequences"
)
_TRAFFIC_LEGEND = (
    "per batch step: one step of every sequence; bytes moved: weights read once, states read and written, each layer's input and "
    "output"
)
_INTEGERS = (
    "biases int32, peepholes int16, h int8, c and gates int16; one float32 scale per matrix and peephole, with --per-channel per "
    "channel of a matrix (tflite: of dense layers alone); zero points and the scales of biases, which a file has too, are left out"
)
_DTYPE_LEGENDS = {"int8": f"matrices int8, {_INTEGERS}", "int4": f"matrices int4, two to a byte, {_INTEGERS}"}


def _step_notes(model: Model, answer: Cost) -> Iterator[str]:
    read = [(source, position) for position, use in enumerate(model.uses) for source, _ in use.sources[:1] if source >= 0]
    for before, after in ((answer.layers[source], answer.layers[position]) for source, position in read):
        if before.type in CELLS and after.type not in CELLS:
            how = "its last step alone" if before.given < before.runs else "every step" if after.runs > answer.batch else None
            if how:
                yield f"{before.name} gives {how}, so {after.name} runs {counted(after.runs, 'time')}"
    for layer in answer.layers:
        if layer.type == "embedding":
            yield f"{layer.name} is looked up in, not multiplied"
        if layer.idle:
            yield f"{layer.name} stores the {listed(layer.idle)} gate, which is one minus another: no product of it is counted"
    for use in model.uses:
        if getattr(use.layer, "tied", False):
            yield f"{use.name} multiplies the embedding's matrix: its MACs count here, its bytes there"


def _training_words(answer: Cost, optimizer: str) -> str:
    from lstm_calc.questions.training import OPTIMIZERS

    far = f", {answer.truncate:,} steps at a time" if answer.truncate else ""
    return (
        f"training with {optimizer}: weights, gradients, its states and what is saved for backward; its states: "
        f"{OPTIMIZERS[optimizer].words}; saved for backward: each value once that autograd keeps of the cells' equations "
        f"written out{far}"
    )


def _trainings(answer: Cost) -> list[Training]:
    return [layer.bytes.training for layer in answer.layers if layer.bytes.training]

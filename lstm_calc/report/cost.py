"""``cost`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import listed
from lstm_calc.frameworks import caller_notes, framework
from lstm_calc.model.cells import CELLS, FUNCTIONS
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import from_file, headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model
    from lstm_calc.operations import Work
    from lstm_calc.questions.cost import Cost, Traffic
    from lstm_calc.questions.memory import Bytes, Training
    from lstm_calc.render.document import Value


def cost_document(model: Model, answer: Cost) -> Document:
    """Return what a model costs: its work and its bytes, by layer and in total."""
    title = f"Cost of {headline(model)} in {answer.framework}{from_file(model, answer.framework)}: {batch_words(answer)}"
    tables = (_work_table(answer), _bytes_table(answer), _traffic_table(answer.traffic))
    return Document(title, tables, tuple(_notes(model, answer)))


def batch_words(answer: Cost) -> str:
    """Return, in words, what is run, and in which data type."""
    image = f" of {'x'.join(map(str, answer.space))} images" if answer.space else ""
    if answer.steps is None:
        total = sum(answer.lengths or ())
        return f"batch {answer.batch:,}, {total:,} valid steps{image}, {answer.dtype}"
    return f"batch {answer.batch:,}, {answer.steps:,} step{'s' * (answer.steps > 1)}{image}, {answer.dtype}"


def _work_table(answer: Cost) -> Table:
    columns = (
        Column("layer", "layer"),
        Column("type", "type", shown=False),
        Column("runs", "runs", "number"),
        Column("step_macs", "MACs a step", "number"),
        Column("macs", "MACs", "number"),
        Column("elementwise_flops", "element-wise FLOPs", "number"),
        Column("bias_flops", "bias FLOPs", "number", gives_way=1),
        Column("flops", "FLOPs", "number"),
    )
    lines = [Line((layer.name, layer.type, layer.runs, *_work_values(layer.step, layer.whole))) for layer in answer.layers]
    return Table(columns, (*lines, Line(("total", None, None, *_work_values(answer.step, answer.whole)), sum="total")))


def _work_values(step: Work, whole: Work) -> tuple[int, ...]:
    return step.macs, whole.macs, whole.elementwise_flops, whole.bias_flops, whole.flops


def _bytes_table(answer: Cost) -> Table:
    columns = (
        Column("layer", "layer"),
        Column("weights", "weights", "bytes"),
        Column("state", "state", "bytes"),
        Column("activations_step", "activations, a step", "bytes", gives_way=1),
        Column("activations_sequence", "activations, sequence", "bytes"),
        Column("gradients", "gradients", "bytes"),
        Column("optimizer", "optimizer", "bytes"),
        Column("master_weights", "master weights", "bytes", shown=any(each.master_weights for each in _trainings(answer))),
        Column("saved_activations", "saved for backward", "bytes"),
    )
    lines = [Line((layer.name, *_bytes_values(layer.bytes))) for layer in answer.layers]
    return Table(columns, (*lines, Line(("total", *_bytes_values(answer.bytes)), sum="total")))


def _bytes_values(each: Bytes) -> tuple[Value, ...]:
    inference = (each.weights, each.state, each.activations_step, each.activations_sequence)
    training: tuple[Value, ...] = tuple(each.training.asdict().values()) if each.training else (None,) * 4
    return (*inference, *training)


def _traffic_table(traffic: Traffic) -> Table:
    columns = (
        Column("step_flops", "FLOPs", "number"),
        Column("moved", "bytes moved", "bytes"),
        Column("intensity", "FLOPs a byte", "ratio"),
        Column("compute_seconds", "compute at least", "seconds"),
        Column("memory_seconds", "memory at least", "seconds"),
        Column("bound", "bound by"),
    )
    values = (traffic.flops, traffic.moved, traffic.intensity, traffic.compute_seconds, traffic.memory_seconds, traffic.bound)
    return Table(columns, (Line(values),))


def _notes(model: Model, answer: Cost) -> Iterator[str]:
    yield _WORK_LEGEND
    yield from _flow_notes(model, answer)
    yield from caller_notes(model, framework(answer.framework))
    yield _BYTES_LEGEND
    if answer.dtype in _DTYPE_LEGENDS:
        yield f"{answer.dtype}: {_DTYPE_LEGENDS[answer.dtype]}"
    if answer.optimizer is not None:
        yield _training_words(answer, answer.optimizer)
    yield _TRAFFIC_LEGEND


_FLOPS = ", ".join(f"{name} {function.flops}" for name, function in FUNCTIONS.items() if name.isidentifier())
_WORK_LEGEND = (
    "MACs: multiply-accumulates of the matrix products alone, 2 FLOPs each; a step: of one sequence; element-wise FLOPs: + - * 1, "
    f"{_FLOPS}; bias FLOPs: additions of biases as stored"
)
_BYTES_LEGEND = (
    "weights as stored; state: h (and c) of the batch; activations: a layer's input, output and the gates of one step, "
    "of the layer that needs most"
)
_TRAFFIC_LEGEND = (
    "at last, one step of the batch: bytes moved are weights read once, states read and written, each layer's input and output"
)
_INTEGERS = (
    "biases int32, peepholes int16, h int8, c and gates int16; a float32 scale a matrix and a peephole, or with --per-channel a "
    "channel of a matrix (tflite: of dense layers alone); zero points and the scales of biases, which a file has too, are left out"
)
_DTYPE_LEGENDS = {"int8": f"matrices int8, {_INTEGERS}", "int4": f"matrices int4, two to a byte, {_INTEGERS}"}


def _flow_notes(model: Model, answer: Cost) -> Iterator[str]:
    read = [(source, position) for position, use in enumerate(model.uses) for source, _ in use.sources[:1] if source >= 0]
    for before, after in ((answer.layers[source], answer.layers[position]) for source, position in read):
        if before.type in CELLS and after.type not in CELLS:
            how = "its last step alone" if before.given < before.runs else "every step" if after.runs > answer.batch else None
            if how:
                yield f"{before.name} gives {how}, so {after.name} runs {after.runs:,} time{'s' * (after.runs > 1)}"
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
    total = sum(sum(each.asdict().values()) for each in _trainings(answer)) + answer.bytes.weights
    return (
        f"training with {optimizer}, {size_words(total)} with the weights: its states: "
        f"{OPTIMIZERS[optimizer].words}; saved for backward: each value once that autograd keeps of the cells' equations "
        f"written out{far}"
    )


def _trainings(answer: Cost) -> list[Training]:
    return [layer.bytes.training for layer in answer.layers if layer.bytes.training]

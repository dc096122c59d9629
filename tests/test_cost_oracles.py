"""Costs held against PyTorch: its own count of the products, and the bytes that autograd keeps of cells written out."""

from __future__ import annotations

from itertools import product
from operator import add, mul, sub
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lstm_calc import cost, read
from lstm_calc.equations.parse import Visitor
from lstm_calc.frameworks import equation_words, frameworks, with_defaults
from lstm_calc.model.cells import CELLS
from lstm_calc.model.propagation import input_axes
from lstm_calc.operations import macs_of
from lstm_calc.runs import batch_of
from tests.strategies import models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lstm_calc.frameworks import Framework
    from lstm_calc.model import Use

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
FORMS = list(product(("lstm", "gru", "rnn"), (False, True), (1, 3), (False, True), (None, 5)))


@pytest.mark.parametrize(
    ("kind", "two_ways", "layers", "bias", "projection"), [form for form in FORMS if form[0] == "lstm" or not form[4]]
)
def test_the_products_are_those_that_torch_counts(
    kind: str, two_ways: bool, layers: int, bias: bool, projection: int | None
) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    options = {"proj_size": projection} if projection else {}
    module = getattr(torch.nn, kind.upper())(7, 11, num_layers=layers, bidirectional=two_ways, bias=bias, device="meta", **options)
    with FlopCounterMode(display=False) as counter:
        module(torch.empty(9, 3, 7, device="meta"))
    words = f"x{layers} {'' if bias else 'nobias'} {f'proj={projection}' if projection else ''}"
    model = read(f"7 > {'bi' * two_ways}{kind} 11 {words}")
    assert counter.get_total_flops() == 2 * macs_of(model, "pytorch", batch_of(3, 9)) > 0


def test_the_products_of_a_convolution_are_those_that_torch_counts() -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        image = torch.nn.functional.conv2d(
            torch.empty(2, 3, 9, 8, device="meta"), torch.empty(20, 3, 3, 2, device="meta"), stride=2
        )
        torch.nn.functional.conv2d(
            torch.empty(2, 5, *image.shape[2:], device="meta"), torch.empty(20, 5, 3, 2, device="meta"), padding="same"
        )
    model = read("3 > conv_lstm 5 kernel=3x2 strides=2x2 padding=valid")
    assert counter.get_total_flops() == 2 * macs_of(model, "keras", batch_of(2, 1, space=(9, 8)))


class Kept:
    """What autograd keeps, in bytes: each storage once, parameters left out."""

    def __init__(self) -> None:
        self.parameters: list[Any] = []
        self.saved: list[Any] = []

    def weight(self, *shape: int, trained: bool) -> Any:
        """Make a parameter."""
        import torch

        self.parameters.append(torch.randn(shape, requires_grad=trained))
        return self.parameters[-1]

    def save(self, tensor: Any) -> Any:
        """Keep a tensor, and so its storage, alive."""
        self.saved.append(tensor)
        return tensor

    @property
    def bytes(self) -> int:
        """The bytes of all that was kept beside the parameters."""
        own = {parameter.untyped_storage().data_ptr() for parameter in self.parameters}
        storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in self.saved}
        return sum(size for place, size in storages.items() if place not in own)


def kept_by_autograd(run: Callable[[Kept], Any]) -> int:
    """Return the bytes that autograd keeps of a run."""
    import torch

    kept = Kept()
    with torch.autograd.graph.saved_tensors_hooks(kept.save, lambda tensor: tensor):
        result = run(kept)
    assert result is not None
    return kept.bytes


BATCH, STEPS = 3, 5


def saved(text: str, framework: str = "textbook", **asked: Any) -> int:
    """Return the bytes that we say are saved for the backward pass."""
    training = cost(read(text), framework, optimizer="sgd", **({"batch": BATCH, "steps": STEPS} | asked)).bytes.training
    assert training is not None
    return training.saved_activations


def test_an_lstm_written_out_by_hand_keeps_what_we_say() -> None:
    import torch

    def run(kept: Kept) -> Any:
        kernel, recurrent, bias = kept.weight(44, 7, trained=True), kept.weight(44, 11, trained=True), kept.weight(44, trained=True)
        h = c = torch.zeros(BATCH, 11)
        c = c.clone()
        for _ in range(STEPS):
            i, f, g, o = (torch.randn(BATCH, 7) @ kernel.T + h @ recurrent.T + bias).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return h

    assert kept_by_autograd(run) == saved("7 > lstm 11") == 4 * BATCH * STEPS * (7 + 7 * 11)


def test_a_gru_written_out_by_hand_keeps_what_we_say() -> None:
    import torch

    def run(kept: Kept) -> Any:
        kernel, recurrent = kept.weight(33, 7, trained=True), kept.weight(33, 11, trained=True)
        h = torch.zeros(BATCH, 11)
        for _ in range(STEPS):
            into, back = (torch.randn(BATCH, 7) @ kernel.T).chunk(3, 1), (h @ recurrent.T).chunk(3, 1)
            r, z = torch.sigmoid(into[0] + back[0]), torch.sigmoid(into[1] + back[1])
            n = torch.tanh(into[2] + r * back[2].clone())
            h = (1 - z) * n + z * h
        return h

    assert kept_by_autograd(run) == saved("7 > gru 11", "pytorch") == 4 * BATCH * STEPS * (7 + 6 * 11)


WRITTEN_OUT = (
    *(("7 > lstm 11", "textbook"), ("7 > lstm 11 x3 > dense 2", "textbook"), ("7 > lstm 11 coupled", "textbook")),
    *(("7 > lstm 11 coupled", "onnx"), ("7 > lstm 11 peephole > lstm 4", "textbook"), ("7 > lstm 11 proj=4 x2", "textbook")),
    *(("7 > lstm 11 proj=4 peephole coupled > dense 3", "tflite"), ("7 > gru 11 x2 > dense 3", "pytorch")),
    *(("7 > gru 11 reset_before > dense 3 > dense 2", "keras"), ("7 > rnn 11 x2 > dense 3", "keras"), ("7 > rnn 5", "pytorch")),
    *(("7 > mgu 11 > mgu 4 ungated", "textbook"), ("7 > mgu 11 x2", "flax-linen")),
    *(("7 > bilstm 11 x2 > dense 3", "pytorch"), ("7 > bilstm 11 merge=sum x2 > dense 3", "keras")),
    *(("7 > bilstm 11 merge=mul x2 > dense 3", "keras"), ("7 > birnn 11 merge=mul x2 > dense 3", "keras")),
    *(
        ("7 > bigru 11 merge=average > bigru 4 sequences > dense 3", "keras"),
        ("7 > lstm 11 > repeat_vector 4 > lstm 5 > dense 2", "keras"),
    ),
    *(("7 > lstm 11 frozen > lstm 4 > dense 2", "pytorch"), ("7 > lstm 11 > lstm 4 frozen > dense 2 frozen", "pytorch")),
    *(("7 > gru 11 > gru 4 frozen > dense 2", "pytorch"), ("7 > rnn 11 > rnn 4 frozen > dense 2", "pytorch")),
    *(("7 > lstm 11 > lstm 4 peephole frozen > dense 2", "textbook"), ("7 > dense 5 > lstm 4", "pytorch")),
    *(("7 > lstm 11 frozen > dense 2 frozen", "pytorch"), ("7 > lstm 11 > dense 4 frozen > lstm 3 > dense 2", "keras")),
)


@pytest.mark.parametrize(("text", "framework"), WRITTEN_OUT)
def test_autograd_keeps_what_we_say(text: str, framework: str) -> None:
    assert kept_by_autograd(lambda kept: run_model(text, frameworks()[framework], kept)) == saved(text, framework)


@pytest.mark.parametrize("truncate", [1, 3, 5, 9])
def test_a_truncated_pass_keeps_its_stretch(truncate: int) -> None:
    text = "7 > lstm 11 > gru 5 > dense 2"
    table = frameworks()["pytorch"]
    kept = kept_by_autograd(lambda kept: run_model(text, table, kept, steps=min(STEPS, truncate)))
    assert kept == saved(text, "pytorch", truncate=truncate)


PLAIN = {"lstm", "gru", "rnn", "mgu", "dense", "repeat_vector"}


@pytest.mark.parametrize("framework", ["textbook", "keras", "tflite", "flax-linen"])
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_autograd_keeps_what_we_say_of_random_models(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework, longest=3, largest=5))
    assume(all(layer.kind in PLAIN and layer.input_dim is None for layer in model.layers))
    assume(model.input_dim is not None)
    assume("steps" in input_axes(model))
    text = str(model)
    assert kept_by_autograd(lambda kept: run_model(text, frameworks()[framework], kept)) == saved(text, framework)


def run_model(text: str, table: Framework, kept: Kept, steps: int = STEPS) -> list[Any]:
    """Run a model step by step, each layer from the equations of its cell."""
    import torch

    model = with_defaults(read(text), table)
    flowing = [torch.randn(BATCH, model.input_dim) for _ in range(steps)]
    for placed in model.uses:
        if placed.layer.kind in CELLS:
            ways = [list(one_way(placed, table, flowing, way, kept)) for way in placed.layer.directions]
            flowing = joined([way if placed.gives_steps else way[-1:] for way in ways], placed)
        elif placed.layer.kind == "dense":
            matrix = kept.weight(placed.output_dim, placed.input_dim, trained=placed.layer.trainable)
            flowing = [vector @ matrix.T for vector in flowing]
        else:
            flowing *= placed.layer.steps
    return flowing


def one_way(placed: Use, table: Framework, flowing: list[Any], way: str, kept: Kept) -> Iterator[Any]:
    """Yield h at every step of one direction, in the order in which they are computed."""
    import torch

    layer = placed.layer
    cell = CELLS[layer.kind]
    equations = cell.equations_for(equation_words(layer, table.layouts[layer.kind]))
    step = OneStep(placed, kept, {name: torch.zeros(BATCH, placed.sizes[state.size]) for name, state in cell.states.items()})
    for vector in flowing if way != "backward" else reversed(flowing):
        step.scope["x"] = vector
        step.step(equations)
        yield step.scope["h"]


AXES = {"kernel": ("units", "input"), "recurrent_kernel": ("units", "output"), "projection": ("output", "units")}


class OneStep(Visitor[Any]):
    """A cell's equations computed by PyTorch, whose autograd then saves what it needs."""

    def __init__(self, placed: Use, kept: Kept, states: dict[str, Any]) -> None:
        super().__init__(states, ("input", "forget", "output") if getattr(placed.layer, "peephole", False) else ())
        self.sizes = placed.sizes
        self.trainable = placed.layer.trainable
        self.kept = kept
        self.weights: dict[tuple[str, str | None], Any] = {}

    def weight(self, role: str, gate: str | None, *axes: str) -> Any:
        if (role, gate) not in self.weights:
            self.weights[role, gate] = self.kept.weight(*(self.sizes[axis] for axis in axes), trained=self.trainable)
        return self.weights[role, gate]

    def number(self, number: int, /) -> Any:
        return number

    def apply(self, function: str, /, *arguments: Any) -> Any:
        import torch

        return ({"+": add, "-": sub, "*": mul}.get(function) or getattr(torch, function))(*arguments)

    def weigh(self, role: str, gate: str | None, value: Any, /) -> Any:
        if role == "peephole":
            return self.weight(role, gate, "units") * value
        product = value @ self.weight(role, gate, *AXES[role]).T
        return product + self.weight("bias", gate, "units") if role == "recurrent_kernel" else product


def joined(ways: list[list[Any]], placed: Use) -> list[Any]:
    """Return the outputs of two directions, joined step by step; of one, as they are."""
    import torch

    if len(ways) == 1:
        return ways[0]
    join = {
        "concat": lambda forward, backward: torch.cat((forward, backward), 1),
        "sum": lambda forward, backward: forward + backward,
        "mul": lambda forward, backward: forward * backward,
        "average": lambda forward, backward: (forward + backward) / 2,
    }[placed.layer.merge]
    return [join(a, b) for a, b in zip(ways[0], reversed(ways[1]), strict=True)]


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adafactor"])
def test_optimizers_of_torch_keep_what_we_say(name: str) -> None:
    import torch

    module = torch.nn.LSTM(7, 11, num_layers=2, bidirectional=True)
    options = {"momentum": 0.9} if name == "SGD" else {}
    optimizer = getattr(torch.optim, name)(module.parameters(), **options)
    module(torch.randn(4, 2, 7))[0].sum().backward()
    optimizer.step()
    states = [value for state in optimizer.state.values() for key, value in state.items() if key != "step"]
    theirs = sum(value.nbytes for value in states if value is not None)
    ours = cost(read("7 > bilstm 11 x2"), "pytorch", optimizer={"SGD": "momentum"}.get(name, name.lower())).bytes.training
    assert ours is not None
    assert ours.optimizer == theirs
    assert ours.gradients == sum(parameter.grad.nbytes for parameter in module.parameters())

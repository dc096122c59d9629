"""What flows through random models, held against real Keras and PyTorch that run them on a batch: ``pytest -m oracle``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from lstm_calc import FrameworkError, Model, ModelError, read, shapes
from lstm_calc.frameworks import caller_notes, uses_in, with_defaults
from lstm_calc.frameworks import framework as table_of
from lstm_calc.model.cells import CELLS
from lstm_calc.model.propagation import input_axes
from tests.strategies import models

if TYPE_CHECKING:
    from lstm_calc.model import Use
    from lstm_calc.questions.shapes import Shapes

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
EXAMPLES = settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
SPACE = (5, 6, 7)
PLAIN = {"input_dim": None, "name": None, "stateful": False, "go_backwards": False}
"""What the layers here do not have: another width than flows in, and what changes no shape."""


def run_of(draw: st.DataObject, framework: str, sizes: list[int], **options: Any) -> tuple[Model, Shapes, tuple[int, ...]]:
    """Draw a model, and return it with its shapes on an input of known sizes."""
    model = draw.draw(models(framework, longest=4, largest=6))
    assume(not any(layer.reads_tokens for layer in model.layers[1:]))  # it would read an input of its own
    assume(framework != "pytorch" or not any(layer.window for layer in model.layers))  # torch.nn has no convolutional LSTM
    plain = [layer.replace(**{field: PLAIN[field] for field in PLAIN.keys() & layer.fields}) for layer in model.layers]
    try:
        model = with_defaults(model.replace(layers=plain), table_of(framework))
        axes = input_axes(model)
        front = sizes if "steps" in axes else [size for size in sizes if size != 9]
        space = SPACE[: sum(word.startswith("space") for word in axes)]
        back = () if model.layers[0].reads_tokens else (*space, model.input_dim)
        return model, shapes(model, framework, shape=(*front, *back), **options), (*front, *back)
    except ModelError:
        reject()


def keras_layer(placed: Use) -> Any:
    import keras

    layer: Any = placed.layer
    if layer.kind not in CELLS:
        made = {
            "dense": lambda: keras.layers.Dense(layer.units),
            "embedding": lambda: keras.layers.Embedding(layer.vocab_size, layer.dim),
            "repeat_vector": lambda: keras.layers.RepeatVector(layer.steps),
        }
        return made[layer.kind]()
    options = {"return_sequences": placed.gives_steps, "return_state": True}
    if layer.kind == "conv_lstm":
        kind = getattr(keras.layers, f"ConvLSTM{len(layer.window)}D")
        options |= {"kernel_size": layer.window} | ({"padding": layer.padding} if layer.padding else {})
        inner = kind(layer.filters, **options)
    else:
        inner = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}[layer.kind](
            layer.units, **options
        )
    merge = {"average": "ave", "none": None}.get(layer.merge, layer.merge)
    return keras.layers.Bidirectional(inner, merge_mode=merge) if layer.bidirectional else inner


@EXAMPLES
@given(draw=st.data())
def test_keras_gives_these_shapes(draw: st.DataObject) -> None:
    import numpy as np

    model, answer, shape = run_of(draw, "keras", [3, 9])
    x: Any = np.zeros(shape, "int32" if model.layers[0].reads_tokens else "float32")
    for placed in model.uses:
        found = keras_layer(placed)(x)
        given = list(found) if isinstance(found, (list, tuple)) else [found]
        ours = [
            flow.shape for role in ("output", "final") for flow in answer.tensors if (flow.layer, flow.role) == (placed.name, role)
        ]
        assert ours == [tuple(value.shape) for value in given]
        x = given[0]


@EXAMPLES
@given(draw=st.data())
def test_pytorch_gives_these_shapes(draw: st.DataObject) -> None:
    import torch

    batch_first, batched = draw.draw(st.booleans()), draw.draw(st.booleans())
    sizes = [9] if not batched else [3, 9] if batch_first else [9, 3]
    model, answer, shape = run_of(draw, "pytorch", sizes, batch_first=batch_first)
    x = torch.zeros(shape, dtype=torch.int64 if model.layers[0].reads_tokens else torch.float32)
    steps_at = 1 if batched and batch_first else 0
    for layer, placed in zip(model.layers, (each for each in model.uses if each.depth == 0), strict=True):
        ours = {flow.name.rpartition("/")[2]: flow.shape for flow in answer.tensors if flow.layer == placed.name}
        x, theirs = torch_run(layer, placed, x, batch_first=batch_first, steps_at=steps_at)
        assert {name: ours[name] for name in theirs} == theirs
        last = next(each for each in reversed(model.uses) if each.module == placed.module)
        if layer.kind in CELLS and not last.gives_steps:
            x = x.select(steps_at, -1)


def torch_run(layer: Any, placed: Use, x: Any, *, batch_first: bool, steps_at: int) -> tuple[Any, dict[str, Any]]:
    """Return a layer's output, and the shapes of what it gives by name."""
    import torch

    if layer.kind in CELLS:
        options = {"num_layers": layer.repeat, "bidirectional": layer.bidirectional, "batch_first": batch_first}
        options |= {"proj_size": layer.projection} if getattr(layer, "projection", None) else {}
        kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[layer.kind]
        output, state = kind(placed.input_dim, layer.units, **options)(x)
        states = dict(zip(("h_n", "c_n"), state if isinstance(state, tuple) else (state,), strict=False))
        return output, {name: tuple(value.shape) for name, value in {"output": output, **states}.items()}
    if layer.kind == "repeat_vector":
        output = torch.stack([x] * layer.steps, steps_at)
    elif layer.kind == "embedding":
        output = torch.nn.Embedding(layer.vocab_size, layer.dim)(x)
    else:
        output = torch.nn.Linear(placed.input_dim, layer.units)(x)
    return output, {"output": tuple(output.shape)}


TOGETHER = [
    ("conv 8 kernel=3", {"strides": 2, "dilation": 2}),
    ("conv 8 kernel=3", {"strides": 2, "padding": "same"}),
    ("conv 8 kernel=3", {"dilation": 2, "padding": "same"}),
    ("conv_transpose 8 kernel=3", {"padding": "same"}),
    ("conv_transpose 8 kernel=3", {"strides": 2, "dilation": 2}),
    ("conv_transpose 8 kernel=3", {"dilation": 3, "output_padding": 2}),
    *(("conv_transpose 8 kernel=3", {"strides": 2, "output_padding": extra}) for extra in (1, 2)),
]
"""A layer that reads 20 steps of 4 features, and settings of it, which not every framework takes together."""
KERAS_TOGETHER = [*TOGETHER, *((kind, {"strides": 2, "dilation": 2}) for kind in ("depthwise_conv 3", "separable_conv 8 kernel=3"))]
TORCH_TOGETHER = [*TOGETHER, *((f"pool {size}", {"padding": zeros}) for size in (1, 2, 3, 4) for zeros in (1, 2))]


def taken(text: str, settings: dict[str, Any], name: str) -> tuple[Any, ...] | None:
    """Return the positions and features that a framework's layer gives; None where it refuses, or leaves it to the caller."""
    model = read(f"20x4 > {text} {' '.join(f'{field}={value}' for field, value in settings.items())}")
    try:
        return None if list(caller_notes(model, table_of(name))) else uses_in(model, table_of(name))[-1].output[1:]
    except FrameworkError:
        return None


@pytest.mark.parametrize(("text", "settings"), TORCH_TOGETHER)
def test_pytorch_takes_together_what_we_say(text: str, settings: dict[str, Any]) -> None:
    import torch

    options = {{"strides": "stride"}.get(field, field): value for field, value in settings.items()}
    made: dict[str, Any] = {
        "conv": lambda: torch.nn.Conv1d(4, 8, 3, **options),
        "conv_transpose": lambda: torch.nn.ConvTranspose1d(4, 8, 3, **options),
        "pool": lambda: torch.nn.MaxPool1d(int(text.split()[1]), **options),
    }
    try:
        _, features, steps = made[text.split(maxsplit=1)[0]]()(torch.zeros(2, 4, 20)).shape
    except (ValueError, TypeError, RuntimeError):
        assert taken(text, settings, "pytorch") is None
    else:
        assert taken(text, settings, "pytorch") == (steps, features)


@pytest.mark.parametrize(("text", "settings"), KERAS_TOGETHER)
def test_keras_takes_together_what_we_say(text: str, settings: dict[str, Any]) -> None:
    import keras
    import numpy as np

    options = {{"dilation": "dilation_rate"}.get(field, field): value for field, value in settings.items()}
    made: dict[str, Any] = {
        "conv": lambda: keras.layers.Conv1D(8, 3, **options),
        "depthwise_conv": lambda: keras.layers.DepthwiseConv1D(3, **options),
        "separable_conv": lambda: keras.layers.SeparableConv1D(8, 3, **options),
        "conv_transpose": lambda: keras.layers.Conv1DTranspose(8, 3, **options),
    }
    try:
        _, steps, features = made[text.split(maxsplit=1)[0]]()(np.zeros((2, 20, 4))).shape
    except ValueError:
        assert taken(text, settings, "keras") is None
    else:
        assert taken(text, settings, "keras") == (steps, features)

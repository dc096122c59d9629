"""Weights moved between real frameworks: both give the same outputs; ``pytest -m oracle -s`` prints the largest errors."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import FrameworkError, Model, port_plan, read, tensors
from lstm_calc.frameworks import frameworks
from tests.test_oracles import INSTALLABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.adapters import Array

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
MODELS = (
    *("8 > lstm 6", "8 > bilstm 5 x2", "8 > bilstm 6 nobias", "8 > lstm 6 > gru 5 > rnn 4"),
    *(
        "8 > gru 6",
        "8 > bigru 5 x2 reset_after",
        "8 > bigru 5 x2 reset_before",
        "8 > gru 6 nobias reset_after",
        "8 > gru 6 nobias reset_before",
    ),
    *("8 > rnn 6", "8 > rnn 6 nobias", "8 > birnn 5 x2", "3 > biconv_lstm 3 kernel=3x2", "3 > conv_lstm 3 kernel=3x2 nobias"),
)
"""The cells and options that several frameworks here offer; what a pair does not, or no weights can do, is passed over."""
STEPS = 16


@pytest.fixture(scope="module", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let JAX keep what it compiles: each layer is run once for every pair."""
    import jax

    jax.config.update("jax_compilation_cache_dir", str(tmp_path_factory.mktemp("jax")))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def stages(model: Model, framework: str) -> Iterator[tuple[Model, list[str]]]:
    """Yield the models that an adapter can run, one after the other, and the names of their layers: a module, or a layer alone."""
    groups: dict[Any, list[Any]] = {}
    for placed in model.uses:
        groups.setdefault(placed.module if frameworks()[framework].modules else placed.name, []).append(placed)
    for group in groups.values():
        alone = group[0].layer.replace(repeat=len(group), input_dim=None)
        yield Model([alone], group[0].input_dim), [placed.name for placed in group]


def outputs(model: Model, framework: str, weights: dict[str, Array], x: Array) -> Array:
    """Return the output of every step of a stack in a real framework, the weights in it by the names of the whole stack."""
    build = import_module(f"lstm_calc.adapters.{framework.replace('-', '_')}").build
    stored = tensors(model, framework).tensors
    for stage, layers in stages(model, framework):
        names = [tensor.name for tensor in stored if tensor.layer in layers]
        own = [tensor.name for tensor in tensors(stage, framework).tensors]
        x = build(stage).run({name: weights[whole] for name, whole in zip(own, names, strict=True)}, x)
    return x


@cache
def at_the_source(text: str, source: str) -> tuple[dict[str, Array], Array, Array]:
    """Return random weights of a model in a framework, random inputs, and what the real framework makes of them."""
    import numpy as np

    model = port_plan(read(text), source, source).model
    random = np.random.default_rng(1)
    weights = {
        tensor.name: random.normal(size=tensor.shape).astype(np.float32) / (tensor.params / max(tensor.shape)) ** 0.5
        for tensor in tensors(model, source).tensors
    }
    space = [5] * len(getattr(model.layers[0], "window", ()))
    x = random.normal(size=(3, STEPS, *space, model.uses[0].input_dim)).astype(np.float32)
    return weights, x, outputs(model, source, weights, x)


def error(text: str, source: str, target: str) -> float:
    """Return the largest difference between the outputs of two frameworks on random weights, moved from the one to the other.

    Outputs beyond one, as a relu gives, are measured against the largest of them.
    """
    import numpy as np

    from lstm_calc.questions.port.arrays import move

    plan = port_plan(read(text), source, target)
    weights, x, here = at_the_source(text, source)
    there = outputs(plan.ported, target, move(weights, plan), x)
    largest = float(np.abs(here).max())
    assert here.shape == there.shape
    assert largest > 0.1
    return float(np.abs(here - there).max() / max(1, largest))


@pytest.mark.parametrize("target", INSTALLABLE)
@pytest.mark.parametrize("source", INSTALLABLE)
def test_ported_weights_give_the_same_outputs(source: str, target: str) -> None:
    errors = {}
    for text in MODELS:
        try:
            errors[text] = error(text, source, target)
        except FrameworkError:
            continue
    worst = max(errors, key=lambda text: errors[text])
    print(f"\n{source:>18} {target:>18} {len(errors):>3} models, largest error {errors[worst]:.1e} ({worst})")
    assert errors.keys() >= {"8 > lstm 6", "8 > bilstm 5 x2"}
    assert errors[worst] < 1e-5


@pytest.mark.parametrize(
    ("framework", "module", "names"),
    [
        ("keras", "keras.layers", "BatchNormalization LayerNormalization GroupNormalization RMSNormalization"),
        ("pytorch", "torch.nn", "BatchNorm1d LayerNorm GroupNorm"),
        ("flax-linen", "flax.linen", "BatchNorm LayerNorm GroupNorm RMSNorm"),
        ("flax-nnx", "flax.nnx", "BatchNorm LayerNorm GroupNorm RMSNorm"),
        ("haiku", "haiku", "BatchNorm LayerNorm GroupNorm RMSNorm"),
        ("equinox", "equinox.nn", "BatchNorm LayerNorm GroupNorm RMSNorm"),
    ],
)
def test_the_epsilons_are_those_of_the_framework(framework: str, module: str, names: str) -> None:
    found = []
    for name in names.split():
        made = getattr(import_module(module), name)
        parameters = signature(made.__init__ if framework == "flax-nnx" else made).parameters
        found.append(next(value.default for key, value in parameters.items() if key.startswith("eps")))
    kinds = ("batch_norm", "layer_norm", "group_norm", "rms_norm")
    assert frameworks()[framework].epsilons == dict(zip(kinds, found, strict=False))

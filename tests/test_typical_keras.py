"""Typical models of Keras: what is read from their configurations and files is what Keras has. ``pytest -m oracle``.

Forty models are tried, and all 400 where HYPOTHESIS_PROFILE is ``long``.
"""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import load, params, shapes, tensors
from tests.typical_keras import KINDS, make

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_calc import Model
    from tests.conftest import Cli

keras = pytest.importorskip("keras")
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of Keras' own

MODELS = [(kind, seed) for seed in range(12) for kind in KINDS][:400]
SAMPLE = MODELS if os.environ.get("HYPOTHESIS_PROFILE") == "long" else MODELS[:40]
FILES = {"model.json": 1, "model.keras": 4, "model.h5": 7}  # which of the models each is tried with: every n-th


def truth(real: Any) -> dict[str, Any]:
    """Return what Keras says of a model."""
    names = sorted((each.path, tuple(each.shape)) for each in real.weights)
    trained = sum(math.prod(each.shape) for each in real.trainable_weights)
    outputs = [tuple(each.shape) for each in keras.tree.flatten(real.outputs)]
    return {"total": real.count_params(), "trainable": trained, "weights": names, "outputs": outputs}


def answer(model: Model) -> dict[str, Any]:
    """Return what the calculator says of a model."""
    counted, stored = params(model), tensors(model)
    names = sorted((each.name, tuple(each.shape)) for each in stored.tensors)
    outputs = [link.shape for link in shapes(model).links if link.target is None]
    return {"total": counted.total, "trainable": counted.trainable, "weights": names, "outputs": outputs}


def written(real: Any, path: Path) -> Path:
    """Write the model as the name of the file asks for, and return the path."""
    if path.suffix == ".json":
        path.write_text(real.to_json(), encoding="utf-8")
    else:
        real.save(path)
    return path


@pytest.mark.parametrize(("kind", "seed"), SAMPLE)
def test_a_typical_model_has_what_keras_has(kind: str, seed: int, tmp_path: Path) -> None:
    real = make(keras, kind, seed)
    said = truth(real)
    for name, every in FILES.items():
        if not MODELS.index((kind, seed)) % every:
            assert answer(load(str(written(real, tmp_path / name)))) == said, name


@pytest.mark.parametrize("command", ["params", "cost", "shapes"])
@pytest.mark.parametrize(("kind", "seed"), SAMPLE[::5])
def test_a_command_answers_for_a_typical_model(cli: Cli, command: str, kind: str, seed: int, tmp_path: Path) -> None:
    real = make(keras, kind, seed)
    path = written(real, tmp_path / "model.json")
    known = ["--batch", "2"] if command == "cost" else []
    result = cli(command, str(path), "-f", "keras", "--format", "json", *known)
    assert result.exit_code == 0, result.stderr
    if command == "params":
        assert json.loads(result.stdout)["total"] == real.count_params()

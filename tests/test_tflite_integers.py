"""Integer types held against the tensors of .tflite files; data/tflite_integers.json says how they were made."""

from __future__ import annotations

import json
from math import prod
from typing import Any

import pytest

from lstm_calc import cost, read, tensors
from lstm_calc.dtypes import DTYPES, bytes_by_tensor, weight_bytes
from lstm_calc.frameworks import framework, layout_for
from tests.recorded import DATA

WIDTHS = {"float32": 4, "int32": 4, "int16": 2, "int8": 1}


FILES: list[dict[str, Any]] = json.loads((DATA / "tflite_integers.json").read_text())["cases"]
INTEGERS = pytest.mark.parametrize(
    "file",
    [file for file in FILES if file["quantization"] == "int8"],
    ids=lambda file: f"{file['model']} by {file['tensorflow']}",
)


def counted(tensor: dict[str, Any]) -> int:
    """Return the bytes of a tensor's buffer, and of its scales where they are not the products of others, as those of biases."""
    return int(tensor["bytes"]) + 4 * tensor["scales"] * (tensor["type"] != "int32")


def per_channel(file: dict[str, Any]) -> bool:
    return any(tensor["scales"] > 1 for tensor in file["tensors"])


@INTEGERS
def test_every_tensor_has_the_bytes_of_the_file(file: dict[str, Any]) -> None:
    model, table = read(file["model"]), framework("tflite")
    ours = [
        size
        for placed in model.uses
        for size in bytes_by_tensor(placed, layout_for(table, placed.layer), DTYPES["int8"], per_channel=per_channel(file))
    ]
    named = {tensor.name: (list(tensor.shape), size) for tensor, size in zip(tensors(model, "tflite").tensors, ours, strict=True)}
    assert named == {tensor["name"]: (tensor["shape"], counted(tensor)) for tensor in file["tensors"]}
    assert weight_bytes(model, "tflite", "int8", per_channel=per_channel(file)) == sum(map(counted, file["tensors"]))
    assert sum(ours) < file["file_bytes"]


@INTEGERS
def test_states_and_gates_have_the_widths_of_the_interpreter(file: dict[str, Any]) -> None:
    taken = cost(read(file["model"]), "tflite", dtype="int8").bytes
    assert taken.state == sum(WIDTHS[dtype] * prod(shape) for _, dtype, shape in file["states"])
    gates = sum(WIDTHS[dtype] * prod(shape) for dtype, shape in file["temporaries"] if dtype == "int16")
    if gates:
        layer = read(file["model"]).uses[0]
        assert taken.activations_step == layer.input_dim + layer.output_dim + gates


@INTEGERS
def test_what_is_left_out_is_in_the_file(file: dict[str, Any]) -> None:
    for tensor in file["tensors"]:
        assert tensor["scales"] > 0
        assert tensor["zero_points"] == [0] or tensor["name"].startswith("gather")


def test_tables_and_recurrent_layers_have_one_scale_a_tensor_where_dense_layers_have_one_a_unit() -> None:
    fine = [tensor["name"].partition(".")[0] for file in FILES for tensor in file["tensors"] if tensor["scales"] > 1]
    assert set(fine) == {"fully_connected_0"}


def test_dynamic_range_quantization_keeps_biases_and_small_matrices() -> None:
    (file,) = [file for file in FILES if file["quantization"] == "dynamic"]
    for tensor in file["tensors"]:
        small = prod(tensor["shape"]) < 1024
        assert tensor["type"] == ("float32" if small or tensor["name"].endswith("bias") else "int8")
        assert tensor["bytes"] == prod(tensor["shape"]) * WIDTHS[tensor["type"]]

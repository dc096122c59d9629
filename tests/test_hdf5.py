"""Files of HDF5 and Keras' archives, made by h5py here: what is read of them, what is not followed, and what is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc.errors import CheckpointError
from lstm_calc.questions.inspect import inspect_file
from lstm_calc.weights.readers import read
from lstm_calc.weights.readers.formats.keras import configured_layers, layer_classes, parsed_config
from lstm_calc.weights.readers.source import MOST
from tests.handmade import zipped
from tests.hostile import configured, of_no_size
from tests.hostile import hdf5 as hdf5_bytes
from tests.test_checkpoint import refusal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.spread(0)  # each file is read in a process of its own

np = pytest.importorskip("numpy", reason="h5py brings NumPy along")
h5py = pytest.importorskip("h5py", reason="HDF5 needs h5py, which is in the extra hdf5")

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "layers": [{"class_name": name, "config": {"name": own}} for name, own in (("LSTM", "memory"), ("Dense", "head"))],
    },
}
LSTM = {"kernel:0": (6, 36), "recurrent_kernel:0": (9, 36), "bias:0": (36,)}


def written(path: Path, tensors: dict[str, tuple[int, ...]], **attributes: Any) -> Path:
    """Write an HDF5 file of zeros, and return where it is."""
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
        for name, shape in tensors.items():
            file.create_dataset(name, shape, "f4")
    return path


def vars_of(path: str, *shapes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {f"{path}/vars/{at}": shape for at, shape in enumerate(shapes)}


def test_a_model_of_keras_has_its_layers_by_name(tmp_path: Path) -> None:
    tensors = {f"model_weights/memory/memory/lstm_cell/{name}": shape for name, shape in LSTM.items()}
    path = written(tmp_path / "a.h5", tensors | {"model_weights/head/head/kernel:0": (9, 2)}, model_config=json.dumps(CONFIG))
    file = inspect_file(str(path))
    assert file.format == "keras-hdf5"
    assert [(each.name, each.input_dim, each.units, each.params) for each in file.layers] == [("memory", 6, 9, 576)]
    assert (file.params, file.kinds) == (594, {"dense": 18})
    assert read(str(path)).classes == {"memory": "LSTM", "head": "Dense"}


@pytest.mark.parametrize(
    ("name", "attributes", "form"),
    [
        ("kernel", {}, "hdf5"),
        ("kernel", {"keras_version": "2.15"}, "keras-hdf5"),
        ("kernel", {"layer_names": ["a"]}, "keras-hdf5"),
        ("layers/lstm/vars/0", {}, "keras-hdf5"),
    ],
)
def test_what_keras_wrote_is_told_from_other_files(tmp_path: Path, name: str, attributes: dict[str, Any], form: str) -> None:
    checkpoint = read(str(written(tmp_path / "a.h5", {name: (3, 4)}, **attributes)))
    assert (checkpoint.format, [(each.name, each.shape, each.dtype) for each in checkpoint.tensors]) == (
        form,
        [(name, (3, 4), "float32")],
    )


@pytest.mark.spread(1)
@pytest.mark.parametrize("compressed", [False, True])
def test_an_archive_of_keras_names_its_layers(tmp_path: Path, compressed: bool) -> None:
    tensors = vars_of("layers/lstm/cell", (6, 36), (9, 36), (36,)) | vars_of("layers/dense", (9, 2), (2,))
    weights = written(tmp_path / "w.h5", tensors).read_bytes()
    members = {"config.json": json.dumps(CONFIG).encode(), "model.weights.h5": weights, "metadata.json": b"{}"}
    path = tmp_path / "a.keras"
    path.write_bytes(zipped(members, compressed=compressed))
    file = inspect_file(str(path))
    assert (file.format, [(each.name, each.units) for each in file.layers], file.params) == ("keras", [("memory", 9)], 596)
    del members["config.json"]
    path.write_bytes(zipped(members, compressed=compressed))
    assert [each.name for each in inspect_file(str(path)).layers] == ["lstm"]


def test_an_archive_whose_weights_are_not_where_its_directory_says(tmp_path: Path) -> None:
    data = zipped({"model.weights.h5": written(tmp_path / "w.h5", {"w": (99,)}).read_bytes()})
    end = data.rindex(b"PK\x01\x02")
    longer = (len(data)).to_bytes(4, "little")
    claimed = data[: end + 20] + longer * 2 + data[end + 28 :]
    assert refusal(tmp_path / "a", claimed) in {
        f"ends at byte {len(data):,}, before its member 'model.weights.h5' does: cut short",
        "has a broken member 'model.weights.h5': overlapped entries: 'model.weights.h5' (possible zip bomb)",  # since 3.13
    }


def test_kinds_of_numbers(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for kind in ("f2", "f8", "i4", "u1", "S5"):
            file.create_dataset(kind, (2,), kind)
    assert {each.name: each.dtype for each in read(str(tmp_path / "a.h5")).tensors} == {
        "f2": "float16",
        "f8": "float64",
        "i4": "int32",
        "u1": "uint8",
        "S5": "other",
    }


def test_links_are_followed_inside_the_file_and_once(tmp_path: Path) -> None:
    written(tmp_path / "other.h5", {"secret": (7,)})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["group/w"] = [[1.0, 2.0, 3.0]]
        file["out"] = h5py.ExternalLink("other.h5", "/secret")
        file["soft"] = h5py.SoftLink("/group/w")
        file["again"] = file["group/w"]
        file["group/around"] = file["/"]
        file["type"] = np.dtype("f4")
    checkpoint = read(str(tmp_path / "a.h5"))
    assert [each.name for each in checkpoint.tensors] == ["again", "group/w"]
    assert len({each.place for each in checkpoint.tensors}) == 1


@pytest.mark.parametrize("executable", ["", "/nowhere/python", "/bin/true"])
def test_where_no_process_can_be_started_the_file_is_read_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executable: str
) -> None:
    path = written(tmp_path / "a.h5", {"w": (3, 4)}, model_config=json.dumps(CONFIG))
    expected = read(str(path))
    monkeypatch.setattr(sys, "executable", executable)
    assert read(str(path)) == expected


def test_the_limits_of_this_process_stay_as_they_are(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="limits are POSIX'")
    kinds = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    before = [resource.getrlimit(kind) for kind in kinds]
    path = str(written(tmp_path / "a.h5", {"w": (3, 4)}, model_config=json.dumps(CONFIG)))
    with ThreadPoolExecutor(4) as pool:
        assert len({checkpoint.classes["memory"] for checkpoint in pool.map(read, [path] * 8)}) == 1
    assert [resource.getrlimit(kind) for kind in kinds] == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX'")
def test_the_user_can_interrupt_a_file_that_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(hdf5_bytes(configured, of_no_size))
    started = time.monotonic()
    call = [sys.executable, "-m", "lstm_calc", "inspect", str(path)]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background leaves it ignored, also here
    try:
        with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
            time.sleep(1.5)
            os.killpg(process.pid, signal.SIGINT)
            process.communicate()
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.returncode in {130, -signal.SIGINT}
    assert time.monotonic() - started < 4


def test_more_links_than_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "a.h5", {"a": (1,), "b": (1,), "c": (1,)})
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setitem(MOST, "links", 2)
    with pytest.raises(CheckpointError, match="has more than 2 links, which is more than is read"):
        read(str(tmp_path / "a.h5"))
    monkeypatch.setitem(MOST, "links", 3)
    assert len(read(str(tmp_path / "a.h5")).tensors) == 3


def test_groups_nested_too_deeply(tmp_path: Path) -> None:
    data = written(tmp_path / "a.h5", {"g/" * 52 + "w": (1,)}).read_bytes()
    assert refusal(tmp_path / "b.h5", data) == "nests its groups more than 50 deep"


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.h5", {"w": (500,)}).read_bytes()
    assert refusal(tmp_path / "b.h5", whole[:-100]).startswith("is an HDF5 file that is broken or cut short: ")


@pytest.mark.parametrize(
    ("config", "words"),
    [("{", "has a model configuration that is not JSON: "), ("[" * 60_000, "that is not JSON: 'nested too deeply'")],
)
def test_a_configuration_that_is_none(tmp_path: Path, config: str, words: str) -> None:
    data = written(tmp_path / "a.h5", {"w": (1,)}, model_config=config).read_bytes()
    assert words in refusal(tmp_path / "b.h5", data)


def test_a_configuration_of_several_texts_is_passed_over(tmp_path: Path) -> None:
    checkpoint = read(str(written(tmp_path / "a.h5", {"w": (1,)}, model_config=["{}", "{}"])))
    assert (checkpoint.format, checkpoint.classes) == ("hdf5", {})


def test_a_configuration_that_is_too_long() -> None:
    with pytest.raises(CheckpointError, match=r"has a configuration of 4,194,305 bytes; at most 4,194,304 are read"):
        parsed_config(" " * (4 * 2**20 + 1))


@pytest.mark.parametrize(
    ("config", "classes"),
    [
        ({"config": [{"class_name": "GRU", "config": {"name": "a"}}]}, {"a": "GRU"}),
        ({"config": {"layers": [3, {"class_name": "GRU"}, {"config": {"name": "a"}}, {"class_name": "GRU", "config": []}]}}, {}),
        ({"config": 3}, {}),
        ([], {}),
    ],
)
def test_classes_of_layers(config: Any, classes: dict[str, str]) -> None:
    assert layer_classes(config) == classes


def layer_of(cls: str, name: str, module: str = "keras.layers", **config: Any) -> dict[str, Any]:
    return {"class_name": cls, "module": module, "config": {"name": name, **config}}


def archive_of(path: Path, layers: list[dict[str, Any]], tensors: dict[str, tuple[int, ...]]) -> Path:
    """Write an archive of Keras 3, and return where it is."""
    weights = written(path.with_suffix(".h5"), tensors).read_bytes()
    config = json.dumps({"class_name": "Functional", "config": {"name": "model", "layers": layers}}).encode()
    path.write_bytes(zipped({"config.json": config, "model.weights.h5": weights}))
    return path


def both_ways(path: str, *shapes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return vars_of(f"{path}/forward_layer/cell", *shapes) | vars_of(f"{path}/backward_layer/cell", *shapes)


def two_ways(cls: str, name: str = "b", **config: Any) -> dict[str, Any]:
    return layer_of("Bidirectional", name, layer=layer_of(cls, f"forward_{name}", **config))


_RNN = ((4, 12), (12, 12), (12,))
_B = "layers/bidirectional"
_INNER = {"module": "mine", "class_name": "Inner", "config": {}}
CONFIGURED = {
    "units three times the input": ([two_ways("SimpleRNN")], both_ways(_B, *_RNN), [("b", "rnn", 4, 12, True)]),
    "units four times the input": (
        [two_ways("SimpleRNN")],
        both_ways(_B, (4, 16), (16, 16), (16,)),
        [("b", "rnn", 4, 16, True)],
    ),
    "a GRU of the same shapes": ([two_ways("GRU")], both_ways(_B, (12, 12), (4, 12), (12,)), [("b", "gru", 12, 4, True)]),
    "LSTM without biases": ([two_ways("LSTM")], both_ways(_B, (4, 12), (3, 12)), [("b", "lstm", 4, 3, True)]),
    "square and without biases": ([two_ways("SimpleRNN")], both_ways(_B, (5, 5), (5, 5)), [("b", "rnn", 5, 5, True)]),
    "convolutional": (
        [two_ways("ConvLSTM2D")],
        both_ways(_B, (3, 3, 2, 16), (3, 3, 4, 16), (16,)),
        [("b", "conv_lstm", 2, 4, True)],
    ),
    "its own backward layer": (
        [layer_of("Bidirectional", "b", layer=layer_of("LSTM", "x"), backward_layer=layer_of("LSTM", "y"))],
        both_ways(_B, (4, 12), (3, 12), (12,)),
        [("b", "lstm", 4, 3, True)],
    ),
    "cells": (
        [layer_of("RNN", "r", cell=layer_of("StackedRNNCells", "s", cells=[layer_of("LSTMCell", "l"), layer_of("GRUCell", "g")]))],
        vars_of("layers/rnn/cell/cells/lstm_cell", (4, 12), (3, 12)) | vars_of("layers/rnn/cell/cells/gru_cell", (3, 6), (2, 6)),
        [("r/cell/cells", "gru", 3, 2, False), ("r/cell/cells#2", "lstm", 4, 3, False)],
    ),
    "inside a model and a wrapper": (
        [layer_of("Sequential", "inner", layers=[layer_of("TimeDistributed", "t", layer=layer_of("SimpleRNN", "x"))])],
        vars_of("layers/sequential/layers/time_distributed/layer/cell", *_RNN),
        [("sequential/layers/time_distributed/layer", "rnn", 4, 12, False)],
    ),
    "two layers named like directions": (
        [layer_of("ForwardLSTM", "f", module="mine"), layer_of("BackwardLSTM", "g", module="mine")],
        vars_of("layers/forward_lstm/cell", (4, 12), (3, 12), (12,))
        | vars_of("layers/backward_lstm/cell", (4, 12), (3, 12), (12,)),
        [("f", "lstm", 4, 3, False), ("g", "lstm", 4, 3, False)],
    ),
    "CuDNN": ([layer_of("CuDNNLSTM", "c")], vars_of("layers/cu_dnnlstm", (6, 36), (9, 36), (72,)), [("c", "lstm", 6, 9, False)]),
    "other weights than its class has": (
        [two_ways("GRU")],
        vars_of(f"{_B}/forward_layer/cell", *_RNN),
        [("b/forward_layer", "gru", None, None, False)],
    ),
    "weights that its class cannot have": (
        [layer_of("LSTM", "l")],
        vars_of("layers/lstm/cell", (4, 15), (3, 15), (15,)),
        [("l", "lstm", None, None, False)],
    ),
    "a layer of Keras that is none": ([layer_of("Dense", "rnn")], vars_of("layers/dense", (4, 12), (3, 12), (12,)), []),
    "a class of the author's": (
        [layer_of("Mine", "m", module="mine")],
        vars_of("layers/mine", (4, 12), (3, 12), (12,)),
        [("m", "lstm", 4, 3, False)],
    ),
    "what is no configuration": (
        [_INNER, {}, {"class_name": 3}],
        vars_of("layers/inner/cell", (5, 5), (5, 5)),
        [("inner", "rnn", 5, 5, False)],
    ),
}


@pytest.mark.parametrize("name", CONFIGURED)
def test_the_configuration_of_an_archive_says_what_a_layer_is(tmp_path: Path, name: str) -> None:
    layers, tensors, expected = CONFIGURED[name]
    file = inspect_file(str(archive_of(tmp_path / "a.keras", layers, tensors)))
    assert [(each.name, each.cell, each.input_dim, each.units, each.bidirectional) for each in file.layers] == expected
    assert file.reconciled == all(width is not None for _, _, width, *_ in expected)


@pytest.mark.parametrize("separator", ["/", "\\"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_without_a_configuration_the_order_of_the_weights_says_it(
    tmp_path: Path, cell: str, gates: int, bias: bool, separator: str
) -> None:
    for width, units in ((4, 12), (4, 16), (12, 4), (5, 5), (3, 1), (1, 3)):
        shapes = [(width, gates * units), (units, gates * units), *[(gates * units,)] * bias]
        tensors = {name.replace("/cell", f"{separator}cell"): shape for name, shape in both_ways(_B, *shapes).items()}
        file = inspect_file(str(written(tmp_path / "a.h5", tensors)))
        assert [(each.cell, each.input_dim, each.units, each.bidirectional) for each in file.layers] == [(cell, width, units, True)]


def test_layers_that_the_configuration_holds_apart_are_no_directions_of_one(tmp_path: Path) -> None:
    names = ("forward_lstm", "backward_lstm")
    tensors = {f"model_weights/{name}/{name}/lstm_cell/{kind}": shape for name in names for kind, shape in LSTM.items()}
    apart = {"class_name": "Functional", "config": {"layers": [layer_of("LSTM", name) for name in names]}}
    file = inspect_file(str(written(tmp_path / "a.h5", tensors, model_config=json.dumps(apart))))
    assert [(each.name, each.bidirectional) for each in file.layers] == [("forward_lstm", False), ("backward_lstm", False)]
    inside = {f"model_weights/b/b/{name}/lstm_cell/{kind}": shape for name in names for kind, shape in LSTM.items()}
    one = {"class_name": "Functional", "config": {"layers": [two_ways("LSTM")]}}
    (layer,) = inspect_file(str(written(tmp_path / "b.h5", inside, model_config=json.dumps(one)))).layers
    assert (layer.name, layer.bidirectional, layer.params) == ("b", True, 1152)


def test_a_configuration_of_very_many_layers_is_refused(tmp_path: Path) -> None:
    layers = [{"class_name": "A"}] * 60_000
    data = archive_of(tmp_path / "a.keras", layers, LSTM).read_bytes()
    assert "more than 50,000 layers" in refusal(tmp_path / "b", data)


def test_a_configuration_that_nests_very_deeply_is_not_followed_to_its_end() -> None:
    deep: dict[str, Any] = layer_of("Sequential", "end", layers=[layer_of("LSTM", "l")] * 1000)
    for _ in range(10_000):
        deep = layer_of("TimeDistributed", "t", layer=deep)
    assert len(configured_layers(layer_of("Sequential", "m", layers=[deep]))) < 100


def test_attention_is_told_by_the_class(tmp_path: Path) -> None:
    tensors = vars_of("layers/multi_head_attention/key_dense", (4, 4, 8), (4, 8)) | vars_of("layers/einsum_dense", (4, 2, 3))
    classes = [layer_of("MultiHeadAttention", "m"), layer_of("EinsumDense", "e")]
    assert inspect_file(str(archive_of(tmp_path / "a.keras", classes, tensors))).kinds == {"attention": 160, "dense": 24}
    named = {"model_weights/look/a/key/kernel:0": (4, 4, 8), "model_weights/look/a/key/bias:0": (4, 8)}
    config = json.dumps({"config": {"layers": [layer_of("MultiHeadAttention", "look")]}})
    assert inspect_file(str(written(tmp_path / "a.h5", named, model_config=config))).kinds == {"attention": 160}

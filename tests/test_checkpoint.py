"""Reading files of weights: every format by hand, and what hostile and broken files are answered with."""

from __future__ import annotations

import json
import lzma
import os
import pickle
import random
import struct
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc.errors import CheckpointError, LstmCalcError
from lstm_calc.questions.inspect import inspect_file
from lstm_calc.weights.readers import read
from lstm_calc.weights.readers.pickled import tensors_of
from lstm_calc.weights.readers.pickles import PickledCall
from lstm_calc.weights.readers.source import Allowance
from tests import handmade
from tests.handmade import (
    Call,
    Global,
    field,
    npy,
    npz,
    numpy_array,
    pickled,
    safetensors,
    state_dict,
    torch_tensor,
    torch_zip,
    zipped,
)
from tests.hostile import MEASURE, TWO, header, zip_bomb
from tests.real_files import KEPT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

SHAPES = {"a.weight": (3, 4), "a.bias": (3,), "scale": ()}


def opened(path: Path, data: bytes) -> Any:
    path.write_bytes(data)
    return read(str(path))


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(CheckpointError) as caught:
        read(str(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert len(message) < 500
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("safetensors", safetensors(SHAPES)),
        ("npz", npz(SHAPES)),
        ("npz", npz(SHAPES, compressed=True)),
        ("pytorch", state_dict(SHAPES)),
        ("pickle", pickled({name: numpy_array(shape) for name, shape in SHAPES.items()})),
    ],
)
def test_names_shapes_and_dtypes(tmp_path: Path, form: str, data: bytes) -> None:
    checkpoint = opened(tmp_path / "weights", data)
    assert checkpoint.format == form
    assert {tensor.name: (tensor.shape, tensor.dtype) for tensor in checkpoint.tensors} == {
        name: (shape, "float32") for name, shape in SHAPES.items()
    }


@pytest.mark.parametrize(
    ("descr", "width", "dtype"), [("<f8", 8, "float64"), ("|i1", 1, "int8"), (">u2", 2, "uint16"), ("|b1", 1, "bool")]
)
def test_dtypes_of_numpy(tmp_path: Path, descr: str, width: int, dtype: str) -> None:
    (tensor,) = opened(tmp_path / "a.npy", npy((2, 3), descr, width)).tensors
    assert (tensor.name, tensor.shape, tensor.dtype) == ("array", (2, 3), dtype)


def test_arrays_that_follow_each_other_in_one_file(tmp_path: Path) -> None:
    assert [(each.name, each.shape) for each in opened(tmp_path / "a", npy((2, 3)) + npy((4,))).tensors] == [
        ("0", (2, 3)),
        ("1", (4,)),
    ]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_says_the_same(tmp_path: Path, protocol: int) -> None:
    value = [
        1,
        -1,
        2**40,
        1.5,
        "text",
        b"bytes",
        None,
        True,
        (),
        (1,),
        (1, 2, 3),
        {"k": {4, 5}},
        frozenset({6}),
        bytearray(b"x"),
        [[]],
    ]
    assert opened(tmp_path / "a", pickle.dumps(value, protocol)).tensors == ()


def test_pickled_modules_and_what_wraps_a_tensor(tmp_path: Path) -> None:
    parameter = Call(Global("torch._utils", "_rebuild_parameter"), (torch_tensor("0", (3,)), True, {}))
    typed = Call(
        Global("torch._tensor", "_rebuild_from_type_v2"),
        (*torch_tensor("1", (2,))[:1], Global("a", "T"), torch_tensor("1", (2,)).args, {}),
    )
    inner = Call(
        Global("my", "Net"), (), {"_parameters": {"w": parameter}, "_buffers": {"seen": typed}, "_modules": {}, "loose": parameter}
    )
    outer = Call(
        Global("my", "Net"), (), {"_parameters": {}, "_buffers": {}, "_modules": {"inner": inner}, "_flat_weights": [parameter]}
    )
    checkpoint = opened(tmp_path / "a", torch_zip(outer, {"0": 12, "1": 8}))
    assert [(each.name, each.shape, each.kind) for each in checkpoint.tensors] == [
        ("inner/w", (3,), ""),
        ("inner/seen", (2,), "buffer"),
    ]


def test_torchscript_and_half_precision(tmp_path: Path) -> None:
    data = torch_zip(
        {"w": torch_tensor("0", (4,), storage="HalfStorage")},
        {"0": 8},
        {"model/code/a.py": b"", "model/constants.pkl": pickled(())},
    )
    checkpoint = opened(tmp_path / "a", data)
    assert (checkpoint.format, checkpoint.tensors[0].dtype) == ("torchscript", "float16")


@pytest.mark.parametrize(("own", "kind"), [({}, ""), ({"w": torch_tensor("0", (2,))}, "buffer")])
def test_constants_of_torchscript_are_weights_only_where_it_is_frozen(tmp_path: Path, own: dict[str, Any], kind: str) -> None:
    extra = {"model/constants.pkl": pickled((torch_tensor("0", (3, 4)),)), "model/constants/0": bytes(48)}
    checkpoint = opened(tmp_path / "a", torch_zip(own, {"0": 8} if own else {}, extra))
    assert checkpoint.format == "torchscript"
    assert [(each.name, each.shape, each.kind) for each in checkpoint.tensors[len(own) :]] == [("constants/0", (3, 4), kind)]
    assert len({each.place for each in checkpoint.tensors}) == len(own) + 1
    short = {**extra, "model/constants/0": bytes(47)}
    assert refusal(tmp_path / "b", torch_zip({}, {}, short)).startswith("has 47 bytes for the tensor '0'")


def legacy(value: Any, storages: dict[str, int], cut: int = 0) -> bytes:
    """Return a file as torch.save wrote it before 1.6."""
    magic = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
    numbers = b"".join(struct.pack("<q", count) + bytes(4 * count) for count in storages.values())
    whole = magic + pickled(1001) + pickled({"little_endian": True}) + pickled(value) + pickled(list(storages)) + numbers
    return whole[: len(whole) - cut]


def test_legacy_files_and_where_they_are_cut(tmp_path: Path) -> None:
    value = {"w": torch_tensor("7", (4,)), "v": torch_tensor("8", (9,))}
    checkpoint = opened(tmp_path / "a", legacy(value, {"7": 4, "8": 9}))
    assert (checkpoint.format, [each.shape for each in checkpoint.tensors]) == ("pytorch-legacy", [(4,), (9,)])
    size = len(legacy(value, {"7": 4, "8": 9}, 5))
    message = refusal(tmp_path / "b", legacy(value, {"7": 4, "8": 9}, 5))
    assert message == f"ends at byte {size:,}, in the middle of the storage '8' of 9 numbers: cut short"


def test_shards_by_their_index(tmp_path: Path) -> None:
    (tmp_path / "1.safetensors").write_bytes(safetensors({"a": (2,), "unlisted": (9,)}))
    (tmp_path / "2.safetensors").write_bytes(safetensors({"b": (3, 4)}))
    index = {"metadata": {}, "weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
    checkpoint = opened(tmp_path / "index.json", json.dumps(index).encode())
    assert checkpoint.format == "safetensors, 2 shards"
    assert [(each.name, each.shape) for each in checkpoint.tensors] == [("a", (2,)), ("b", (3, 4))]
    for shard, message in {
        "3.safetensors": "no such file",
        "../1.safetensors": "which is not a file beside it",
        "index.json": "names itself or another index",
        "2.safetensors": "says that 'a' is in '2.safetensors', and it is not",
    }.items():
        (tmp_path / "index.json").write_text(json.dumps({"weight_map": {"a": shard}}))
        with pytest.raises((CheckpointError, OSError), match=message.replace(".", r"\.")):
            read(str(tmp_path / "index.json"))


def test_equal_storages_of_two_shards_are_not_the_same_numbers(tmp_path: Path) -> None:
    """Each file of PyTorch numbers its storages from 0."""
    shapes = {"weight_ih_l0": (16, 4), "weight_hh_l0": (16, 4), "bias_ih_l0": (16,), "bias_hh_l0": (16,)}
    for name, shape in shapes.items():
        (tmp_path / f"{name}.bin").write_bytes(state_dict({name: shape}))
    (tmp_path / "index.json").write_text(json.dumps({"weight_map": {name: f"{name}.bin" for name in shapes}}))
    file = inspect_file(str(tmp_path / "index.json"))
    assert ([layer.params for layer in file.layers], file.shared) == ([160], 0)


def test_names_of_tensors_are_the_same_in_every_run(tmp_path: Path) -> None:
    tree = {("params", "cell", "kernel"): numpy_array((2,)), ("params", ("cell",)): numpy_array((3,)), (1,): numpy_array((4,))}
    data = pickled(tree)
    names = [tensor.name for tensor in opened(tmp_path / "a", data).tensors]
    assert names == ["params/cell/kernel", "<tuple 0>", "1"]
    assert names == [tensor.name for tensor in opened(tmp_path / "b", data).tensors]


def test_a_pipe_as_a_shard_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in refusal(tmp_path / "index.json", json.dumps({"weight_map": {"a": "pipe"}}).encode())


@pytest.mark.slow
def test_tensors_of_one_name_are_counted_up_at_once(tmp_path: Path) -> None:
    data = handmade.onnx(handmade.onnx_graph([], [handmade.onnx_tensor("w", (2,))] * 20_000))
    began = time.process_time()
    names = [each.name for each in opened(tmp_path / "a", data).tensors]
    assert (names[:3], names[-1], len(names)) == (["w", "w#2", "w#3"], "w#20000", 20_000)
    assert time.process_time() - began < 10


FOREIGN = {
    "a TFLite model": b"\x1c\x00\x00\x00TFL3" + bytes(40),
    "a GGUF file": b"GGUF\x03\x00\x00\x00",
    "a tar archive": bytes(257) + b"ustar\x0000",
    "gzip-compressed": b"\x1f\x8b\x08",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\n",
    "a text file": b"Hello,\nworld\n",
    "JSON without a weight_map": b'{"a": 1}',
    "a TensorFlow checkpoint's index": bytes(40) + bytes.fromhex("57fb808b247547db"),
    "a TensorFlow SavedModel's graph": b"\x08\x01\x12\x10\x0a\x05serve" + bytes(9),
    "a message of protocol buffers, but no ONNX model": field(1, 7) + field(2, "CoreML") + field(500, b""),
    "a zip archive without the weights": zipped({"a.txt": b"a"}),
    "a Python wheel": zipped({"a-1.dist-info/METADATA": b"a"}),
    "an office document": zipped({"[Content_Types].xml": b"a"}),
    "a MessagePack file": b"\x81\xa6params\x81\xa5Dense\x80",
    "a TensorFlow graph": field(1, field(1, "x") + field(2, "Placeholder")),
    "a CRFsuite model": b"lCRF\x00\x00",
    "a program of torch.export": zipped({"m/models/model.json": b"{}", "m/data/weights/model_weights_config.json": b"{}"}),
    "empty": b"",
    "of no format that is known here": bytes(range(200, 256)) * 4,
    "zlib-compressed": zlib.compress(bytes(range(256)) * 4, 3),
    "LZMA-compressed": lzma.compress(b"weights", lzma.FORMAT_ALONE),
    "a zip archive around a .onnx file; unpack that first": zipped({"a/b.onnx": b"a"}),
}


@pytest.mark.parametrize("words", FOREIGN)
def test_other_formats_are_named(tmp_path: Path, words: str) -> None:
    assert refusal(tmp_path / "a", FOREIGN[words]).startswith(f"is {words}")


SAVED = " reads it, and numpy.savez saves the arrays"
CURES = {
    "a GGUF file (llama.cpp); gguf.GGUFReader" + SAVED: b"GGUF\x03\x00\x00\x00",
    "a MessagePack file (Flax, spaCy); flax.serialization.msgpack_restore" + SAVED: b"\x81\xa6params\x81\xa5Dense\x80",
    "a DyNet text file; dynet.ParameterCollection.populate" + SAVED: b"#Parameter# /lstm/_0 {16,8} 2048 FULL_GRAD\n+1 +2\n",
    "a TFLite model; tf2onnx makes an ONNX model of it": b"\x1c\x00\x00\x00TFL3" + bytes(40),
    "a TensorFlow checkpoint's index; tf.train.load_checkpoint" + SAVED: bytes(40) + bytes.fromhex("57fb808b247547db"),
    "a Stable-Baselines3 archive; its policy.pth, unpacked, can be read": zipped(
        {"data": b"{}", "pytorch_variables.pth": b"", "policy.pth": b"", "_stable_baselines3_version": b"2.9.2"}
    ),
    "a Stable-Baselines archive; its member 'parameters', unpacked, is": zipped(
        {"data": b"", "parameters": b"", "parameter_list": b""}
    ),
    "a zip archive around a .pth file; unpack that first": zipped({"agent/net.pth": b""}),
    "a joblib dump, in which arrays stand between the parts of a pickle; joblib.load, which runs": (
        b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}b" + bytes(range(256)) * 4
    ),
}
"""For what a refusal says of a file and of how to convert it: the file."""


@pytest.mark.parametrize("words", CURES)
def test_a_refusal_says_how_to_convert(tmp_path: Path, words: str) -> None:
    assert refusal(tmp_path / "a", CURES[words]).startswith(f"is {words}")


NUMBERS = struct.pack("<4f", 0.1, -0.2, 0.3, -0.4) * 64


@pytest.mark.parametrize(
    "start", [b"\x08\x01\x12\xff\xff\x7f", b"\x80\x04", b"(", b"{" * 10, b":\x7f", b"B\x7f", b"\x81\xa6params", b""]
)
def test_numbers_alone_are_not_called_cut_short(tmp_path: Path, start: bytes) -> None:
    """A file of a TensorFlow checkpoint has no mark, and its first numbers may look like any format's."""
    said = refusal(tmp_path / "variables.data-00000-of-00001", start + NUMBERS)
    assert said.startswith("is the numbers of a TensorFlow checkpoint, whose names and shapes are in the .index beside it; ")


@pytest.mark.parametrize("first", [b"\x08\x9a\x01\x02", b"\x08\x20\xf1\x3d", b"\x12\x80\x00\x00", b"\x12\x05\xf1\x3d"])
def test_numbers_under_another_name_are_not_taken_for_an_onnx_model(tmp_path: Path, first: bytes) -> None:
    assert refusal(tmp_path / "a", first + NUMBERS).startswith("is of no format that is known here")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("saved_model.pb", "a TensorFlow SavedModel folder"),
        ("Manifest.json", "a Core ML package"),
        ("_CHECKPOINT_METADATA", "an Orbax checkpoint"),
        ("x", "a folder"),
    ],
)
def test_folders_are_named(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_text("")
    with pytest.raises(CheckpointError, match=f"is {words}, not a file of weights"):
        read(str(tmp_path))


def test_a_pipe_is_no_file_of_weights(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CheckpointError, match="is not a regular file"):
        read(str(tmp_path / "pipe"))


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch touched",)


HARMFUL = {
    "in an archive of PyTorch": zipped({"a/data.pkl": pickle.dumps({"w": 1, "x": _Bomb()}, 2), "a/version": b"3"}),
    "beside an array": pickled({"x": Call(Global("os", "system"), ("touch touched",)), "w": numpy_array((3,))}),
    "REDUCE": TWO + b"cos\nsystem\nX\x0d\x00\x00\x00touch touched\x85R.",
    "OBJ": b"(cos\nsystem\nS'touch touched'\no.",
    "INST": b"(S'touch touched'\nios\nsystem\n.",
    "STACK_GLOBAL": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0dtouch touched\x85R.",
    "eval": b'cbuiltins\neval\n(S\'open("touched", "w")\'\ntR.',
}
"""Pickles that make a file where Python unpickles them, by each way to call something."""


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_pickle_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert [(tensor.name, tensor.shape) for tensor in opened(tmp_path / "a", HARMFUL[name]).tensors] in ([], [("w", (3,))])
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_unknown_globals_are_neither_imported_nor_called(tmp_path: Path) -> None:
    assert opened(tmp_path / "a", pickled([Call(Global("antigravity", "fly"), (1,), {"k": numpy_array((2,))})])).tensors[
        0
    ].shape == (2,)
    assert "antigravity" not in sys.modules


def test_ten_gigabytes_are_answered_from_the_header(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "weight_ih_l0": {"dtype": "F32", "shape": [80_000, 11_000], "data_offsets": [0, 3_520_000_000]},
            "weight_hh_l0": {"dtype": "F32", "shape": [80_000, 20_000], "data_offsets": [3_520_000_000, 9_920_000_000]},
        }
    ).encode()
    with (tmp_path / "a").open("wb") as stream:
        stream.write(header(len(text), text))
        stream.truncate(8 + len(text) + 9_920_000_000)
    (layer,) = inspect_file(str(tmp_path / "a")).layers
    assert (layer.units, layer.input_dim, layer.params) == (20_000, 11_000, 2_480_000_000)


def test_a_large_graph_is_not_read_into_memory(tmp_path: Path) -> None:
    weights = [handmade.field(1, 1, 80_000, 2_000) + field(2, 1) + field(8, "w"), handmade.onnx_tensor("r", (1, 80_000, 1))]
    size = 4 * 80_000 * 2_000
    large = weights[0] + handmade.varint(9 << 3 | 2) + handmade.varint(size)
    graph = handmade.onnx_graph([handmade.onnx_node("LSTM", ["x", "w", "r"], ["y"])])
    opening = handmade.varint(5 << 3 | 2) + handmade.varint(len(large) + size)
    with (tmp_path / "a").open("wb") as stream:
        stream.write(field(1, 8) + handmade.varint(7 << 3 | 2) + handmade.varint(len(graph) + len(opening) + len(large) + size))
        stream.write(graph + opening + large)
        stream.truncate(stream.tell() + size)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, "inspect", str(tmp_path / "a")], capture_output=True, text=True, check=False
    )
    assert "160,000,000" in done.stdout
    assert int(done.stderr.split()[-1]) < 200


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in KEPT.iterdir()))
def test_a_damaged_file_never_ends_in_a_traceback(tmp_path: Path, name: str) -> None:
    whole, dice, sentences = (KEPT / name).read_bytes(), random.Random(name), [""]
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.choice((1, 1, 3, 9))):
            at = dice.randrange(len(data))
            data[at : at + dice.choice((0, 1, 1, 4))] = bytes(dice.randrange(256) for _ in range(dice.choice((0, 1, 1, 4))))
        del data[dice.randrange(len(data)) if dice.random() < 0.3 else len(data) :]
        (tmp_path / "a").write_bytes(data)
        try:
            inspect_file(str(tmp_path / "a"), tensors=True).data()
        except LstmCalcError as error:
            sentences.append(str(error))
    assert [sentence for sentence in sentences if "\n" in sentence or len(sentence) > 600] == []


def test_hdf5_without_h5py_gives_the_pip_line(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    (tmp_path / "a").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    result = cli("inspect", str(tmp_path / "a"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: an HDF5 file needs h5py, which is not installed; pip install 'lstm-calc[hdf5]'\n"


def test_hdf5_behind_a_users_block_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    (tmp_path / "a").write_bytes(bytes(1024) + b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(LstmCalcError, match="an HDF5 file needs h5py"):
        read(str(tmp_path / "a"))


@pytest.mark.slow
def test_compressed_keras_weights_are_bounded(tmp_path: Path) -> None:
    assert "more than 268,435,456 bytes of compressed weights" in refusal(
        tmp_path / "a", zip_bomb("model.weights.h5", b"\x00", 300)
    )


@pytest.mark.parametrize("linears", [[1, 2], [], None, [None, None], {"a": 1, "b": 2}])
def test_packed_parameters_that_are_none_are_refused(linears: Any) -> None:
    cell = PickledCall(None, ())
    cell.state = (("quantized_dynamic", [], [], [1], linears), "__torch__.torch.classes.rnn.CellParamsBase")
    with pytest.raises(CheckpointError, match="CellParamsBase that is none"):
        list(tensors_of({"lstm": cell}, Allowance()))

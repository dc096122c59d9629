"""The rare parts of each format: operators before a node, opcodes, objects that stand for tensors, where a file ends."""

from __future__ import annotations

import io
import json
import pickle
import struct
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc.errors import CheckpointError
from lstm_calc.weights.readers import read
from lstm_calc.weights.readers.onnx_values import OPERATORS, GraphValue
from lstm_calc.weights.readers.protobuf import Pages
from lstm_calc.weights.readers.source import MOST, Allowance, ByteSource, Window
from tests.handmade import (
    Call,
    Global,
    Persistent,
    field,
    npy,
    numpy_array,
    onnx,
    onnx_graph,
    onnx_node,
    onnx_tensor,
    pickled,
    safetensors,
    torch_tensor,
    zipped,
)
from tests.hostile import TWO
from tests.test_checkpoint import legacy, opened, refusal

if TYPE_CHECKING:
    from pathlib import Path

W = GraphValue((4, 6), ("w",))
UNKNOWN = GraphValue(None)


def ints(*numbers: int) -> GraphValue:
    return GraphValue((len(numbers),), ints=list(numbers))


@pytest.mark.parametrize(
    ("op", "given", "attributes", "shapes"),
    [
        ("Identity", [W], {}, [(4, 6)]),
        ("Cast", [W], {}, [(4, 6), (4, 6)]),
        ("Unsqueeze", [W], {"axes": [0, -1]}, [(1, 4, 6, 1)]),
        ("Unsqueeze", [W, UNKNOWN], {}, [None]),
        ("Unsqueeze", [UNKNOWN, ints(0)], {}, [None]),
        ("Squeeze", [GraphValue((1, 4, 1, 6))], {}, [(4, 6)]),
        ("Squeeze", [GraphValue((1, 4, 1)), ints(-1)], {}, [(1, 4)]),
        ("Squeeze", [UNKNOWN], {}, [None]),
        ("Slice", [W, ints(1), ints(-1)], {}, [(2, 6)]),
        ("Slice", [W, ints(0), ints(6), ints(1), ints(2)], {}, [(4, 3)]),
        ("Slice", [W, ints(5), ints(-99), ints(1), ints(-1)], {}, [(4, 6)]),
        ("Slice", [W, ints(-1), ints(-3), ints(0), ints(-1)], {}, [(2, 6)]),
        ("Slice", [W, ints(3), ints(-1), ints(0), ints(-1)], {}, [(0, 6)]),
        ("Slice", [W, ints(-1), ints(1 - 2**63), ints(0), ints(-1)], {}, [(4, 6)]),
        ("Slice", [W, UNKNOWN, ints(2)], {}, [None]),
        ("Concat", [W, W], {"axis": -1}, [(4, 12)]),
        ("Concat", [W, UNKNOWN], {"axis": 0}, [None]),
        ("Transpose", [GraphValue((2, 3, 4))], {}, [(4, 3, 2)]),
        ("Transpose", [GraphValue((2, 3, 4))], {"perm": [1, 0, 2]}, [(3, 2, 4)]),
        ("Transpose", [UNKNOWN], {}, [None]),
        ("Reshape", [W, ints(0, -1, 2)], {}, [(4, 3, 2)]),
        ("Reshape", [W], {"shape": [24]}, [(24,)]),
        ("Reshape", [W, UNKNOWN], {}, [None]),
        ("Split", [W], {"axis": 1}, [(4, 3), (4, 3)]),
        ("Split", [W, ints(1, 5)], {"axis": -1}, [(4, 1), (4, 5)]),
        ("Split", [UNKNOWN], {}, [None, None]),
        ("Expand", [W, ints(2, 4, 6)], {}, [None]),
        ("Mul", [W, GraphValue(())], {}, [(4, 6)]),
        ("Add", [W, UNKNOWN], {}, [None]),
    ],
)
def test_the_shape_that_an_operator_gives(op: str, given: list[GraphValue], attributes: dict[str, Any], shapes: list[Any]) -> None:
    """The slices backwards are as onnxruntime 1.32.0 makes them."""
    assert OPERATORS[op](given, attributes, len(shapes)) == shapes


def operator(tmp_path: Path, nodes: list[bytes], tensors: list[bytes]) -> Any:
    """Return the one recurrent node of a graph in which weights flow through others."""
    weights = [onnx_tensor("r", (1, 36, 9)), *tensors]
    nodes = [*nodes, onnx_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=9)]
    (found,) = opened(tmp_path / "a", onnx(onnx_graph(nodes, weights))).operators
    return found


def test_numbers_of_a_graph_stand_in_many_places(tmp_path: Path) -> None:
    flat, reshape = onnx_tensor("flat", (216,)), onnx_node("Reshape", ["flat", "to"], ["w"])
    packed = b"".join(map(bytes, ([1], [36], [6])))
    as_int64 = field(1, 3) + field(2, 7) + field(8, "to") + field(7, packed)
    one_by_one = field(1, 3) + field(2, 7) + field(8, "to") + field(7, 1, 36, 6)
    as_int32 = field(1, 3) + field(2, 6) + field(8, "to") + field(9, struct.pack("<3i", 1, 36, -1))
    for told in (as_int64, one_by_one, as_int32):
        assert operator(tmp_path, [reshape], [flat, told]).shapes["W"] == (1, 36, 6)
    constant = onnx_node("Constant", [], ["to"], value_ints=[1, 36, 6])
    assert operator(tmp_path, [constant, reshape], [flat]).shapes["W"] == (1, 36, 6)
    unsqueezed = [onnx_node("Constant", [], ["to"], value_int=0), onnx_node("Unsqueeze", ["w0", "to"], ["w"])]
    assert operator(tmp_path, unsqueezed, [onnx_tensor("w0", (36, 6))]).shapes["W"] == (1, 36, 6)
    long = onnx_tensor("to", (99,), ints=range(99))
    assert operator(tmp_path, [reshape], [flat, long]).shapes["W"] is None


def test_an_operator_that_makes_no_sense_gives_nothing(tmp_path: Path) -> None:
    whole = onnx_tensor("w0", (36, 6))
    for node in (
        onnx_node("Transpose", ["w0"], ["w"], perm=[0, 7]),
        onnx_node("Reshape", ["w0"], ["w"], shape=[0, 6, 0]),
        onnx_node("Unsqueeze", ["w0"], ["w"], axes=list(range(70))),
        onnx_node("Identity", [], ["w"]),
    ):
        assert operator(tmp_path, [node], [whole]).shapes["W"] is None
    again = onnx_node("Transpose", ["w0"], ["w0"], perm=[0, 7])
    kept = operator(tmp_path, [again, onnx_node("Unsqueeze", ["w0"], ["w"], axes=[0])], [whole])
    assert kept.shapes["W"] == (1, 36, 6)


def test_a_sparse_weight_has_its_dense_shape(tmp_path: Path) -> None:
    sparse = field(1, onnx_tensor("w", (3,))) + field(3, 1, 36, 6)
    graph = onnx_graph([onnx_node("LSTM", ["x", "w", "r"], ["y"])], [onnx_tensor("r", (1, 36, 9))]) + field(15, sparse)
    checkpoint = opened(tmp_path / "a", onnx(graph))
    assert [(each.name, each.shape) for each in checkpoint.tensors] == [("r", (1, 36, 9)), ("w", (1, 36, 6))]
    assert checkpoint.operators[0].shapes["W"] == (1, 36, 6)


def test_sizes_below_zero_are_refused(tmp_path: Path) -> None:
    negative = field(1, 2**64 - 3) + field(2, 1) + field(8, "w")
    assert refusal(tmp_path / "a", onnx(onnx_graph([], [negative]))) == "has a tensor of sizes [-3]"
    assert "in the middle of a number" in refusal(tmp_path / "a", field(1, 8) + field(7, b"\x08" + b"\xff" * 11))


def array(shape: tuple[int, ...], dtype: Any = "f4") -> Call:
    return numpy_array(shape)._replace(state=(1, shape, dtype, False, b""))


def test_objects_that_stand_for_tensors(tmp_path: Path) -> None:
    kind = Call(Global("numpy", "dtype"), ("f8", False, True))
    plain = numpy_array((2, 3))
    tensors = {
        "sparse": Call(Global("torch._utils", "_rebuild_sparse_tensor"), ("layout", (torch_tensor("0", (1,)), 1, [5, 7]))),
        "buffer": Call(Global("numpy.core.numeric", "_frombuffer"), (b"", kind, (4, 1), "C")),
        "jax": Call(Global("jax._src.array", "_reconstruct_array"), (plain.maker, plain.args, plain.state, {})),
        "meta": Call(Global("torch._utils", "_rebuild_meta_tensor_no_storage"), (Global("torch", "float16"), (3,), (1,), False)),
        "bare": torch_tensor("0", (6,))._replace(args=(["numbers"], 0, (6,), (1,))),
        "unknown": array((8,), None),
        "empty": plain._replace(state=None),
        "objects": plain._replace(state=(1, (1,), kind, False, [numpy_array((9,))])),
    }
    found = opened(tmp_path / "a", pickled(tensors)).tensors
    assert [(each.name, each.shape, each.dtype) for each in found] == [
        ("sparse", (5, 7), None),
        ("buffer", (4, 1), "float64"),
        ("jax", (2, 3), "float32"),
        ("meta", (3,), "float16"),
        ("bare", (6,), None),
        ("unknown", (8,), None),
        ("objects/4/0", (9,), "float32"),
    ]


def test_a_call_that_makes_no_tensor_and_one_that_is_wrapped_often(tmp_path: Path) -> None:
    whole = torch_tensor("0", (3,))
    negative = pickled(whole._replace(args=(whole.args[0], 0, (-3,), (1,))))
    assert refusal(tmp_path / "a", negative) == "has a call of 'torch._utils._rebuild_tensor_v2' that makes no tensor"
    worded = pickled(whole._replace(args=(Persistent(("storage", "a word", "0", "cpu", 3)), 0, (3,), (1,))))
    assert refusal(tmp_path / "a", worded) == "has a call of 'torch._utils._rebuild_tensor_v2' that makes no tensor"
    empty = pickled(Call(Global("torch._utils", "_rebuild_sparse_tensor"), (1, ())))
    assert refusal(tmp_path / "a", empty) == "has a call of 'torch._utils._rebuild_sparse_tensor' that makes no tensor"
    deep: Any = numpy_array((2,))
    for _ in range(120):
        deep = Call(Global("torch._utils", "_rebuild_parameter"), (deep,))
    assert [each.shape for each in opened(tmp_path / "a", pickled(deep)).tensors] == [(2,)]


OPCODES = {
    "an object of a class, by mark": b"(cmy\nThing\n" + pickled(numpy_array((2,)))[2:-1] + b"o.",
    "an instance by its name": b"(" + pickled(numpy_array((2,)))[2:-1] + b"imy\nThing\n.",
    "a class with keywords": b"cmy\nThing\n" + pickled(((numpy_array((2,))),))[2:-1] + b"}\x92.",
    "what is put into an object": b"cmy\nThing\n)R(" + pickled(numpy_array((2,)))[2:-1] + b"e.",
    "what is set in an object": b"cmy\nThing\n)R(N" + pickled(numpy_array((2,)))[2:-1] + b"u.",
    "a dict by mark": b"(N" + pickled(numpy_array((2,)))[2:-1] + b"d.",
}


@pytest.mark.parametrize("name", OPCODES)
def test_opcodes_that_hold_a_tensor(tmp_path: Path, name: str) -> None:
    assert [each.shape for each in opened(tmp_path / "a", TWO + OPCODES[name]).tensors] == [(2,)]


@pytest.mark.parametrize(
    "broken",
    [b"NN\x93.", b"Ne.", b"](NNu.", b"NN\x87.", b"I" + b"1" * 5000 + b"\n."],
    ids=["a global without names", "no mark", "a list for a dict", "three of two", "a number of 5,000 digits"],
)
def test_opcodes_that_make_no_sense(tmp_path: Path, broken: bytes) -> None:
    assert "is not a sound pickle: it makes no sense at byte" in refusal(tmp_path / "a", TWO + broken)


@pytest.mark.parametrize(
    "long",
    [
        b"X" + struct.pack("<I", 5000) + b"a" * 5000,
        b"B" + struct.pack("<I", 5000) + b"a" * 5000,
        b"\x8b" + struct.pack("<I", 5000) + b"a" * 5000,
        b"V" + b"a" * 5000 + b"\n",
        b"S'" + b"a" * 5000 + b"'\n",
    ],
    ids=["text", "bytes", "a number", "escaped text", "quoted text"],
)
def test_long_values_are_passed_over(tmp_path: Path, long: bytes) -> None:
    (tensor,) = opened(tmp_path / "a", TWO + b"](" + long + pickled(numpy_array((2,)))[2:-1] + b"e.").tensors
    assert (tensor.name, tensor.shape) == ("1", (2,))


def test_lines_that_do_not_end(tmp_path: Path) -> None:
    assert "or has a line that does not end, from byte" in refusal(tmp_path / "a", TWO + b"cnumpy" + b"y" * 200)
    assert opened(tmp_path / "a", TWO + b"](" + b"N" * 70_000 + b"Va\n" + pickled(numpy_array((2,)))[2:-1] + b"e.").tensors


def test_a_stretch_of_a_file_is_a_file() -> None:
    assert io.BufferedReader(Window(io.BytesIO(b"abcdef"), 2, 3)).read() == b"cde"


def test_large_arrays_are_jumped_over(tmp_path: Path) -> None:
    found = opened(tmp_path / "a", npy((300, 400)) + npy((4,))).tensors
    assert [(each.name, each.shape) for each in found] == [("0", (300, 400)), ("1", (4,))]


def test_a_stream_that_ends_before_its_size() -> None:
    with pytest.raises(CheckpointError, match="ends at byte 3, 5 bytes before it should"):
        ByteSource(io.BytesIO(b"abc"), 8, Allowance()).take(8)


def test_a_graph_that_is_cut_short_while_it_is_read() -> None:
    pages = Pages(io.BytesIO(b"abc"), 8, Allowance())
    with pytest.raises(CheckpointError, match="ends at byte 3, while it is read, and was longer before"):
        pages.byte(1)


def test_a_member_has_no_allowance_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = npy((1,), "|O", 0) + pickled([numpy_array((3, 4))] * 9)
    monkeypatch.setitem(MOST, "steps", 600)
    assert len(opened(tmp_path / "a", zipped({"0.npy": one})).tensors) == 9
    assert "has more than 600 steps" in refusal(tmp_path / "a", zipped({f"{at}.npy": one for at in range(9)}))


def test_a_shard_has_no_allowance_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(3):
        (tmp_path / f"{at}.safetensors").write_bytes(safetensors({f"w{at}": (1,), f"v{at}": (1,)}))
    index = json.dumps({"weight_map": {f"w{at}": f"{at}.safetensors" for at in range(3)}}).encode()
    assert len(opened(tmp_path / "a", index).tensors) == 3
    monkeypatch.setitem(MOST, "names", 5)
    assert refusal(tmp_path / "a", index).endswith("2.safetensors: has more than 5 tensors, which is more than is read")


def test_what_is_read_ahead_costs_nothing(tmp_path: Path) -> None:
    arrays = {f"{at}": numpy_array((18_000,)) for at in range(600)}
    assert len(opened(tmp_path / "a", pickled(arrays)).tensors) == 600


@pytest.mark.slow
def test_a_compressed_archive_of_many_arrays_is_read(tmp_path: Path) -> None:
    arrays = {f"{at}.npy": npy((64, 64)) for at in range(2_500)}
    assert len(opened(tmp_path / "a", zipped(arrays, compressed=True)).tensors) == 2_500


def test_arrays_of_objects(tmp_path: Path) -> None:
    objects = npy((2,), "|O", 0) + pickle.dumps(None, 2)
    (nothing,) = opened(tmp_path / "a.npy", objects).tensors
    assert (nothing.shape, nothing.dtype) == ((2,), "object")
    inside = npy((2,), "|O", 0) + pickled([numpy_array((3, 4)), numpy_array((5,))])
    data = zipped({"notes.txt": b"a", "w.npy": inside, "v.npy": npy((6,))})
    assert [(each.name, each.shape) for each in opened(tmp_path / "a", data).tensors] == [
        ("w/0", (3, 4)),
        ("w/1", (5,)),
        ("v", (6,)),
    ]


def npy_of(header: bytes) -> bytes:
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (b"\x93NOTPY\x01\x00", "has an array that does not begin with NumPy's magic bytes"),
        (npy_of(b" " * 2**16 + b"{}"), "claims an npy header of 65,538 bytes; at most 10,000 are read"),
        (npy_of(b"{'descr': '<z4', 'shape': (2,)}"), "has an npy header that does not say dtype and shape"),
        (npy_of(b"{'descr': '<f4', 'shape': (-2,)}"), "has an npy header that does not say dtype and shape"),
    ],
)
def test_arrays_that_are_none(tmp_path: Path, member: bytes, words: str) -> None:
    assert refusal(tmp_path / "a", zipped({"w.npy": member})) == words


def test_an_array_of_records(tmp_path: Path) -> None:
    header = npy_of(b"{'descr': [('a', '<f4'), ('b', '<i8')], 'fortran_order': False, 'shape': (2,)}")
    (tensor,) = opened(tmp_path / "a", zipped({"w.npy": header + bytes(24)})).tensors
    assert (tensor.name, tensor.shape, tensor.dtype) == ("w", (2,), "record")


def test_legacy_files_that_are_none(tmp_path: Path) -> None:
    whole = legacy({"w": torch_tensor("7", (4,))}, {"7": 4})
    assert refusal(tmp_path / "a", whole.replace(pickled(["7"]), pickled({"7": 1}))) == "has no list of its storages"
    assert refusal(tmp_path / "b", TWO + b"](" + whole[2:14] + b"e.") == "is not a file of torch.save"


def test_what_an_index_may_not_be(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a", b'{"weight_map": 3}') == "is JSON without a weight_map"
    many = json.dumps({"weight_map": {f"w{at}": f"{at}.safetensors" for at in range(1001)}})
    assert refusal(tmp_path / "a", many.encode()) == "names 1,001 shards; at most 1,000 are read"
    with pytest.raises(CheckpointError, match=r"cannot be read: ValueError$"):
        read("a\0b")


def test_a_directory_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    size = 9 * 2**20
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, size, 0, 0)
    assert refusal(tmp_path / "a", b"PK\x03\x04" + bytes(size - 4) + end) == (
        f"is a zip archive that ends at byte {size + 22:,} without a sound directory "
        f"(a directory of {size:,} bytes; at most 8,388,608 are read)"
    )

"""Files of weights made to break a reader, which each ends in a sentence and at little cost. The fuzzer starts from them, too."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lstm_calc.weights.readers.source import MOST
from tests.handmade import (
    Call,
    Global,
    Persistent,
    field,
    npy,
    onnx,
    onnx_graph,
    onnx_node,
    onnx_tensor,
    pickled,
    safetensors,
    state_dict,
    torch_tensor,
    torch_zip,
    zipped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TWO = b"\x80\x02"
"""How a pickle of protocol 2 begins."""

MEASURE = """
import resource, sys
from pathlib import Path
sys.argv[0] = "lstm-calc"
from lstm_calc.cli import app
try:
    app()
finally:
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    most = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
    seconds = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    print(seconds, max(most, others.ru_maxrss) // 1024, file=sys.stderr)
"""
"""A call of the command line, and then, on stderr, the seconds and the MiB that it and its processes took."""


def header(length: int, text: bytes) -> bytes:
    """Return a safetensors header that claims a length."""
    return struct.pack("<Q", length) + text


def zip_bomb(member: str, content: bytes, times: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w", force_zip64=True) as stream:
        for _ in range(times):
            stream.write(content * 2**20)
    return out.getvalue()


def nested(depth: int) -> bytes:
    graph = b""
    for _ in range(depth):
        graph = field(1, field(5, field(6, graph)))
    return field(1, 8) + field(7, graph)


HUGE = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999, 99), }".ljust(118)


BROKEN: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "a safetensors header of 2**63 bytes": (header(2**63, b'{"a": 1}'), "claims a safetensors header of 9,223,372,036,854,775,808"),
    "a safetensors header that is not there": (header(900, b'{"a": 1}'), "ends at byte 16, where its own sizes lead to byte 908"),
    "deep JSON": (header(400_000, b'{"a":' + b"[" * 399_995), "nested too deeply"),
    "many empty lists": (header(3_000_004, b'{"a":[' + b"[]," * 999_998 + b"[]]}"), "that go together"),
    "a shape that is no shape": (header(55, b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}'), "do not go together"),
    "a tensor beyond the end": (safetensors({"a": (9,)})[:-1], "and the tensor 'a' at byte"),
    "a key that stands twice": (header(16, b'{"a": 1, "a": 2}'), "a key stands twice"),
    "a zip without its end": (state_dict({"a.weight": (3, 4), "a.bias": (3,)})[:-30], "without a sound directory"),
    "a zip bomb of lists": (partial(zip_bomb, "a/data.pkl", b"]", 64), f"more than {MOST['steps']:,} steps in its"),
    "a zip bomb of zeros": (partial(zip_bomb, "a/data.pkl", b"\x00", 64), "is not a sound pickle"),
    "a zip bomb of text": (partial(zip_bomb, "a/data.pkl", b"\x80\x02X\xff\xff\xff\x03", 64), "bytes of names and settings"),
    "many members": (lambda: zipped({f"{at}.npy": b"" for at in range(10_001)}), "has 10,001 members"),
    "a memo of 2**31": (TWO + b"Nr\xff\xff\xff\x7f0\x81.", "is not a sound pickle"),
    "a text of 2**62": (b"\x80\x04\x8d" + struct.pack("<Q", 2**62) + b"aa.", "ends at byte 14"),
    "bytes of 2**63": (b"\x80\x04\x8e" + struct.pack("<Q", 2**63) + b"aa.", "ends at byte 14"),
    "a number of 2 GiB": (TWO + b"\x8b\xff\xff\xff\x7f.", "ends at byte 8"),
    "a negative length": (TWO + b"\x8b\xff\xff\xff\xff.", "ends at byte 8"),
    "lists in lists": (TWO + b"]" * 400_000 + b"a" * 399_999 + b".", "nests its values more than 100 deep"),
    "tuples in tuples": (TWO + b")" + b"\x85" * 400_000 + b".", "nests its values more than 100 deep"),
    "many dicts": (TWO + b"(" + b"}" * 400_000 + b"l.", "more than 300,000 containers or copied elements"),
    "many marks": (TWO + b"(" * (MOST["steps"] + 9), f"more than {MOST['steps']:,} steps in its"),
    "a stack that runs empty": (TWO + b"R.", "is not a sound pickle: it makes no sense at byte 3"),
    "an opcode that is none": (TWO + b"\xff.", "is not a sound pickle"),
    "a pickle that does not stop": (TWO + b"N", "ends at byte 3, where its own sizes lead to byte 4"),
    "a tensor larger than its storage": (torch_zip({"w": torch_tensor("0", (5,), count=4)}, {"0": 16}), "beyond its storage of 4"),
    "a storage that is not there": (torch_zip({"w": torch_tensor("0", (5,))}), "has no storage '0' for the tensor 'w'"),
    "a storage that is short": (torch_zip({"w": torch_tensor("0", (5,))}, {"0": 19}), "cut short"),
    "a tensor of no storage": (pickled(Call(Global("torch._utils", "_rebuild_tensor_v2"), (1, "x"))), "that makes no tensor"),
    "an array of 2**70 numbers": (HUGE, "cut short"),
    "a header of brackets": (b"\x93NUMPY\x01\x00\x10\x27" + b"(" * 10_000, "has an npy header that does not say dtype and shape"),
    "an npy version to come": (b"\x93NUMPY\x09\x00\x00\x00", "npy version 9"),
    "a rank of 65": (safetensors({"a": (1,) * 65}), "of a shape that cannot be"),
    "a name of 5,000 letters": (safetensors({"a" * 5000: (1,)}), "whose name has 5,000 characters"),
    "deep graphs": (nested(60), "nests its messages more than 100 deep"),
    "a message cut short": (field(1, 8) + b"\x3a\xff\xff\xff\xff\x0f", "cut short"),
    "many fields": (field(1, 8) + field(7, b"\x0a\x00" * (MOST["steps"] + 1)), f"more than {MOST['steps']:,} steps in its"),
    "many nodes": (field(1, 8) + field(7, field(1, field(4, "LSTM")) * 2_001), "more than 2,000 recurrent nodes"),
    "a function that calls itself": (
        field(1, 8) + field(7, field(1, field(4, "f"))) + field(25, field(1, "f") + field(7, field(4, "f"))),
        "calls its functions more often or more deeply",
    ),
    "functions that call two each": (
        field(1, 8)
        + field(7, field(1, field(4, "f0")))
        + b"".join(field(25, field(1, f"f{at}") + field(7, field(4, f"f{at + 1}"), field(4, f"f{at + 1}"))) for at in range(40)),
        "calls its functions more often or more deeply",
    ),
    "a number for a message": (field(1, 8) + field(7, field(1, 5)), "a number where a message should be"),
    "a tensor of other bytes": (field(1, 8) + field(7, field(5, field(1, 3) + field(2, 1) + field(9, b"1"))), "its shape takes 12"),
}  # fmt: skip
"""By hand: the file, or what makes it where that takes long; and words of the sentence that it ends in."""


def table(entries: Iterable[tuple[str, Iterable[int]]]) -> bytes:
    """Return a safetensors file of bytes which all lie at one place."""
    listed = {name: {"dtype": "U8", "shape": list(shape), "data_offsets": [0, 0]} for name, shape in entries}
    text = json.dumps(listed, separators=(",", ":")).encode()
    return header(len(text), text)


def npy_text(text: bytes) -> bytes:
    """Return an npy file of a header."""
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(text)) + text


def doubled(times: int) -> bytes:
    """Return opcodes that push a tuple of two tuples of two tuples and so on: short here, without end in words or as a key."""
    return b")" + b"2\x86" * times


def endless_dtype() -> bytes:
    """Return a tensor whose dtype is a list that contains itself, many lists deep, twice each."""
    lists = b"]q\x00" + b"".join(b"](h%ch%ceq%c" % (at, at, at + 1) for at in range(60)) + b"0h\x00h\x3ca"
    start = b"ctorch._utils\n_rebuild_tensor_v3\n(" + pickled(torch_tensor("0", (2,)).args[0])[2:-1]
    return TWO + b"(" + lists + start + b"K\x00(K\x02t(K\x01t\x89}h\x3ctR" + b"l."


def object_arrays() -> bytes:
    inside = npy((1,), "|O", 0) + TWO + b"]" * 60_000 + b"0" * 59_999 + b"."
    return zipped({f"{at}.npy": inside for at in range(500)}, compressed=True)


def colliding_keys() -> bytes:
    """Return a dict whose 60,000 keys all have the hash 0 in Python."""
    prime = 2**61 - 1
    numbers = (b"\x8a\x10" + (at * prime).to_bytes(16, "little") + b"N" for at in range(60_000))
    return TWO + b"}(" + b"".join(numbers) + b"u."


def colliding_memo() -> bytes:
    prime = 2**61 - 1
    return TWO + b"N" + b"".join(b"p%d\n" % (at * prime) for at in range(60_000)) + b"."


def long_ids() -> bytes:
    """Return 20,000 tensors of one storage whose id has 200,000 parts."""
    first = pickled(Persistent(("storage", Global("torch", "FloatStorage"), "0", "cpu", 9)))[3:-3]
    call = b"ctorch._utils\n_rebuild_tensor_v2\n(h\x00K\x00(K\x02t(K\x01ttR0"
    return TWO + b"(" + first + b"N" * 200_000 + b"tQq\x00(" + call[:-1] * 20_000 + b"l."


def wide_function() -> bytes:
    """Return a model that calls a function of 100,000 inputs 9,000 times."""
    calls = field(1, field(4, "f")) * 9_000
    return field(1, 8) + field(7, calls) + field(25, field(1, "f") + field(4, *[""] * 100_000))


def long_lists() -> bytes:
    """Return a reshape to 150,000 sizes, and sums of inputs of 150,000 axes."""
    sizes = [2**62 + 1] * 150_000
    shape = field(1, *(field(1, size) for size in sizes[:50_000]))
    given = field(1, "x") + field(2, field(1, field(2, shape)))
    nodes = [onnx_node("Reshape", ["w"], ["y"], shape=sizes), onnx_node("Reshape", ["y"], ["z"], shape=[2**64 - 1])]
    nodes += [onnx_node("Add", ["x", "x"], [f"s{at}"]) for at in range(50)]
    return onnx(field(1, *nodes) + field(5, onnx_tensor("w", (2, 2))) + field(11, given))


def packed_lists() -> bytes:
    """Return 100,000 attributes of 64 numbers each."""
    numbers = field(1, "a") + field(8, b"\x01" * 64)
    return onnx(field(1, field(4, "Relu") + field(5, *[numbers] * 100_000)))


def broken_texts() -> bytes:
    """Return 15,000 names that are 4 KB of no text."""
    name = b"\xff" * 4096
    return onnx(field(1, *[field(1, name)] * 15_000))


def long_paths() -> bytes:
    """Return graphs in each other, whose names together grow."""
    graph = onnx_graph([onnx_node("Relu", ["x"]) for _ in range(20_000)])
    for _ in range(25):
        graph = onnx_graph([onnx_node("If", ["x"], name="n" * 4000, then_branch=graph)])
    return onnx(graph)


def hdf5(write: Callable[[Any], object], change: Callable[[bytearray], object] = len) -> bytes:
    """Return an HDF5 file that h5py wrote and that was changed then."""
    import h5py

    with TemporaryDirectory() as folder:
        with h5py.File(f"{folder}/a", "w") as file:
            file["w"] = [1.0]
            write(file)
        data = bytearray(Path(folder, "a").read_bytes())
    change(data)
    return bytes(data)


def configured(file: Any) -> None:
    file.attrs["model_config"] = '{"config": {}}'


def of_no_size(data: bytearray) -> None:
    """Give the free space of the global heap the size 0, so that libhdf5 (2.0.0) never comes to its end."""
    first = data.index(b"GCOL") + 16
    length = struct.unpack_from("<Q", data, first + 8)[0]
    struct.pack_into("<Q", data, first + 16 + (length + 7) // 8 * 8 + 8, 0)


def of_gigabytes(data: bytearray) -> None:
    """Make the text of the configuration 4 GB long, as far as it says."""
    at = data.index(struct.pack("<IQI", 14, data.index(b"GCOL"), 1))
    struct.pack_into("<I", data, at, 2**32 - 1)


def many_links(file: Any) -> None:
    for at in range(60_000):
        file[f"{at}"] = file["w"]


def names(pattern: str, count: int = 1000) -> bytes:
    """Return LSTMs whose paths are a pattern, repeated as far as a name may go."""
    parts = {"weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2), "bias_ih_l0": (8,), "bias_hh_l0": (8,)}
    path = (pattern * (4000 // len(pattern)))[:4000]
    return safetensors({f"{path}{at}/{part}": shape for at in range(count // 4) for part, shape in parts.items()}, "U8", 1)


def crashing() -> Callable[[Any], object]:
    return lambda _: os.abort()


def hoarding() -> Callable[[Any], object]:
    return lambda _: len(bytearray(2**30))


def working() -> Callable[[Any], object]:
    return lambda stream: stream.read().decode()


MADE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million axes": (lambda: table([("a", [9] * 1_000_000)]), "of a shape that cannot be"),
    "a million axes, in NumPy": (lambda: npy_text(b"{'descr': '<f4', 'shape': (" + b"9," * 2_000 + b")}"), "that cannot be"),
    "axes of many digits": (lambda: npy_text(b"{'descr': '<f4', 'shape': (" + b"9" * 4_000 + b",)}"), "that cannot be"),
    "many long npy headers": (
        lambda: zipped({f"{at}.npy": npy_text(b"{'descr': [" + b"0," * 4_900 + b"], 'shape': ()}") for at in range(3_000)}),
        "more than 1,000,000 steps",
    ),
    "arrays of objects": (object_arrays, "more than 1,000,000 steps"),
    "a dtype that contains itself": (endless_dtype, ""),
    "copies of a deque": (
        lambda: TWO + b"(" + b"N" * 200_000 + b"lq\x00(" + b"ccollections\ndeque\nh\x00\x85R" * 2_000 + b"l.",
        "more than 300,000 containers or copied elements",
    ),
    "a global that is a tuple of tuples": (lambda: TWO + b"X\x01\x00\x00\x00a" + doubled(60) + b"\x93.", "not a sound pickle"),
    "an offset that is a tuple of tuples": (
        lambda: TWO + b"ctorch._utils\n_rebuild_tensor_v2\n(N" + doubled(60) + b"(K\x00t(K\x01ttR.",
        "that makes no tensor",
    ),
    "keys of one hash": (colliding_keys, ""),
    "places of one hash": (colliding_memo, "not a sound pickle"),
    "an id of many parts": (long_ids, ""),
    "a call inside calls": (
        lambda: (
            TWO
            + b"cx\ny\n)R"
            + b"q\x000ctorch._utils\n_rebuild_parameter\nh\x00\x85R" * 45
            + b"q\x000("
            + b"h\x00" * 400_000
            + b"l."
        ),
        "",
    ),
    "60,000 tensors": (lambda: table((f"{at}", [2, 3]) for at in range(60_000)), "more than 50,000 tensors"),
    "50,000 layers that are none": (lambda: table((f"{at}.weight_hh_l0", [0, 3]) for at in range(48_000)), ""),
    "50,000 numbered arrays": (lambda: table((f"{at}", [at % 31, 0]) for at in range(50_000)), ""),
    "long lists of whole numbers": (long_lists, ""),
    "packed lists of whole numbers": (packed_lists, "more than 1,000,000 steps"),
    "a function of many inputs": (wide_function, "more than 1,000,000 steps"),
    "names that are no text": (broken_texts, "bytes of names and settings"),
    "graphs whose names grow": (long_paths, "bytes of names and settings"),
    "a zip of 90,000 members": (lambda: zipped({f"{at}": b"" for at in range(90_000)}), "without the weights of"),
    **{
        f"names of {pattern}": (lambda pattern=pattern: names(pattern), "")
        for pattern in ("*", "a_", "/cell", "/fw", "1", "x*/", "_l0")
    },
    "a heap without an end": (lambda: hdf5(configured, of_no_size), "takes more than 5 seconds of work to read"),
    "a text of 4 GB": (lambda: hdf5(configured, of_gigabytes), "is an HDF5 file that is broken"),
    "60,000 links": (lambda: hdf5(many_links), "more than 50,000 links"),
}
"""Made when asked for, being large: the file, and words of the sentence that it ends in; none where it may be answered."""

"""Files of weights written byte by byte, so that the tests need no framework."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Shape = tuple[int, ...]


def safetensors(shapes: Mapping[str, Shape], dtype: str = "F32", width: int = 4) -> bytes:
    """Return a safetensors file of zeros."""
    header, at = {}, 0
    for name, shape in shapes.items():
        size = prod(shape) * width
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(at)


def npy(shape: Shape, descr: str = "<f4", width: int = 4) -> bytes:
    """Return an npy file of zeros."""
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(prod(shape) * width)


def zipped(members: Mapping[str, bytes], *, compressed: bool = False) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def npz(shapes: Mapping[str, Shape], *, compressed: bool = False) -> bytes:
    """Return an npz file of zeros."""
    return zipped({f"{name}.npy": npy(shape) for name, shape in shapes.items()}, compressed=compressed)


class Global(NamedTuple):
    """A global by its name."""

    module: str
    name: str


class Call(NamedTuple):
    """A call, and what is set on its result."""

    maker: Global
    args: tuple[Any, ...]
    state: Any = None


class Persistent(NamedTuple):
    """A persistent id."""

    id: Any


def pickled(value: Any) -> bytes:
    """Return a value as a pickle of protocol 2."""
    return b"\x80\x02" + _opcodes(value) + b"."


def _opcodes(value: Any) -> bytes:
    """Return the opcodes that push a value."""
    return _WRITERS[type(value)](value)


def _all(values: Iterable[Any]) -> bytes:
    return b"".join(map(_opcodes, values))


def _call(call: Call) -> bytes:
    built = b"" if call.state is None else _opcodes(call.state) + b"b"
    return _opcodes(call.maker) + _opcodes(tuple(call.args)) + b"R" + built


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    Global: lambda value: f"c{value.module}\n{value.name}\n".encode(),
    Call: _call,
    Persistent: lambda value: _opcodes(value.id) + b"Q",
    type(None): lambda _: b"N",
    bool: lambda value: b"\x88" if value else b"\x89",
    int: lambda value: b"\x8a\x09" + value.to_bytes(9, "little", signed=True),
    str: lambda value: b"X" + struct.pack("<I", len(value.encode())) + value.encode(),
    bytes: lambda value: b"B" + struct.pack("<I", len(value)) + value,
    tuple: lambda value: b"(" + _all(value) + b"t",
    list: lambda value: b"](" + _all(value) + b"e",
    dict: lambda value: b"}(" + _all(part for item in value.items() for part in item) + b"u",
}


def torch_tensor(key: str, shape: Shape, *, offset: int = 0, storage: str = "FloatStorage", count: int | None = None) -> Call:
    """Return the call by which a pickle of PyTorch makes a tensor."""
    steps = tuple(prod(shape[at + 1 :]) for at in range(len(shape)))
    id_ = ("storage", Global("torch", storage), key, "cpu", prod(shape) + offset if count is None else count)
    return Call(Global("torch._utils", "_rebuild_tensor_v2"), (Persistent(id_), offset, shape, steps, False, {}))


def numpy_array(shape: Shape, dtype: str = "f4", width: int = 4) -> Call:
    """Return the call by which a pickle of NumPy makes an array of zeros."""
    kind = Call(Global("numpy", "dtype"), (dtype, False, True), (3, "<", None, None, None, -1, -1, 0))
    made = Global("numpy.core.multiarray", "_reconstruct")
    state = (1, shape, kind, False, bytes(prod(shape) * width))
    return Call(made, (Global("numpy", "ndarray"), (0,), b"b"), state)


def torch_zip(value: Any, storages: Mapping[str, int] | None = None, extra: Mapping[str, bytes] | None = None) -> bytes:
    """Return a file of torch.save: the pickle of a value, and storages of so many bytes."""
    data = {f"model/data/{key}": bytes(size) for key, size in (storages or {}).items()}
    return zipped({"model/data.pkl": pickled(value), **data, "model/version": b"3\n", **(extra or {})})


def state_dict(shapes: Mapping[str, Shape]) -> bytes:
    """Return a file of torch.save that holds one tensor for each name."""
    value = {name: torch_tensor(str(at), shape) for at, (name, shape) in enumerate(shapes.items())}
    return torch_zip(value, {str(at): 4 * prod(shape) for at, shape in enumerate(shapes.values())})


def varint(number: int) -> bytes:
    """Return a number as protocol buffers write it."""
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def field(number: int, *values: bytes | int | str) -> bytes:
    """Return fields of one number: numbers as such, bytes and text with their length."""
    out = bytearray()
    for value in values:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return bytes(out)


def onnx_tensor(name: str, shape: Shape, *, ints: Iterable[int] | None = None, raw: bytes | None = None) -> bytes:
    """Return an initialiser of zeros, of whole numbers, or of bytes."""
    zeros = bytes(4 * prod(shape)) if ints is None else b"".join(struct.pack("<q", number) for number in ints)
    raw = zeros if raw is None else raw
    return field(1, *shape) + field(2, 1 if ints is None else 7) + field(8, name) + field(9, raw)


def onnx_attribute(name: str, value: Any) -> bytes:
    """Return an attribute: a number, a text, whole numbers, a tensor or a graph as bytes marked by its name."""
    if isinstance(value, int):
        return field(1, name) + field(3, value)
    if isinstance(value, str):
        return field(1, name) + field(4, value)
    if isinstance(value, list):
        return field(1, name) + field(8, *value)
    return field(1, name) + field(5 if name == "value" else 6, value)


def onnx_node(op: str, inputs: Iterable[str], outputs: Iterable[str] = (), name: str = "", **attributes: Any) -> bytes:
    """Return a node."""
    settings = field(5, *(onnx_attribute(key, value) for key, value in attributes.items()))
    return field(1, *inputs) + field(2, *outputs) + field(3, name) + field(4, op) + settings


def onnx_graph(nodes: Iterable[bytes], tensors: Iterable[bytes] = (), inputs: Mapping[str, Shape] | None = None) -> bytes:
    """Return a graph."""
    given = [
        field(1, name) + field(2, field(1, field(2, field(1, *(field(1, size) for size in shape)))))
        for name, shape in (inputs or {}).items()
    ]
    return field(1, *nodes) + field(5, *tensors) + field(11, *given)


def onnx(graph: bytes, functions: Iterable[bytes] = ()) -> bytes:
    """Return a model."""
    return field(1, 8) + field(7, graph) + field(25, *functions)

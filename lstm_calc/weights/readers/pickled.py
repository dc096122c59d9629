"""The tensors in what a pickle says: PyTorch's and NumPy's, in dicts, lists and objects, under the path that leads to each.

Sources: torch/_utils.py (_rebuild_*), torch/serialization.py (persistent ids), numpy/_core/multiarray (_reconstruct, _frombuffer).
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError, printable, quoted
from lstm_calc.weights.readers.pickles import GlobalName, Persistent, PickledCall, words
from lstm_calc.weights.readers.stored import MOST_AXES, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.weights.readers.source import Allowance

_DEEPEST = 100
_STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
    "QInt8Storage": "qint8",
    "QUInt8Storage": "quint8",
    "QInt32Storage": "qint32",
}
"""For each storage class of PyTorch, the dtype of what it holds."""
_PADDLE = "StructuredToParameterName@@"
"""Where a state dict of Paddle keeps the name of the parameter for each of its names."""
_ALIASES = {"_flat_weights", "_flat_weights_names", "_flat_weight_refs"}
"""Attributes in which a module lists its own parameters once more."""
_PARTS_OF_SPARSE = 4
_MODULE_PARTS = {"_parameters": "", "_buffers": "buffer", "_modules": ""}
_OF_ANOTHER_FORM = (AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError)
"""What it raises to take something for a tensor that has other parts than one."""


def tensors_of(value: Any, allowance: Allowance) -> Iterator[Stored]:
    """Yield every tensor in what a pickle says, each container walked once; raise CheckpointError where it nests too deeply."""
    seen: set[int] = set()  # by id(), as lists have no hash; each is a part of ``value``, and lives as long
    open_: list[tuple[str, str, Iterator[tuple[str, Any, str]]]] = [("", "", iter([("", value, "")]))]
    while open_:
        for step, inside, word in open_[-1][2]:
            kind = open_[-1][1] or word
            if id(inside) in seen or not isinstance(inside, _HOLDERS):
                continue
            if isinstance(inside, PickledCall) and (tensor := _tensor(inside)) is not None:
                path = "/".join(part for part in (*(each[0] for each in open_), step) if part) or "tensor"
                allowance.spend("names")
                allowance.spend("bytes", len(path))
                yield tensor.replace(name=path, kind=kind)
                continue
            seen.add(id(inside))
            allowance.spend("elements")
            open_.append((step, kind, _inside(inside)))
            break
        else:
            open_.pop()
        if len(open_) > _DEEPEST:
            raise CheckpointError(f"nests its values more than {_DEEPEST} deep")


def parameters_of(value: Any, allowance: Allowance) -> tuple[str, tuple[Stored, ...]]:
    """Return the format of a pickle and its tensors: Paddle's says which names are one parameter, of which the last is kept.

    Source: python/paddle/framework/io.py (_build_saved_state_dict).
    """
    tensors = tuple(tensors_of(value, allowance))
    parameters = value.get(_PADDLE) if isinstance(value, dict) else None
    if not isinstance(parameters, dict):
        return "pickle", tensors
    named = {name: word for name, word in parameters.items() if isinstance(word, str)}
    return "paddle", tuple({named.get(tensor.name, tensor.name): tensor for tensor in tensors}.values())


_HOLDERS = (dict, list, tuple, PickledCall)


def _inside(value: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield what stands in a container: the step to it, itself, and what kind of tensors it has."""
    if (packed := _packed(value)) is not None:
        yield from ((name, part, "") for name, part in packed.items())
    elif isinstance(value, PickledCall):
        yield from (("", part, "") for part in (value.state, value.items, value.args))
    elif isinstance(value, dict) and "_parameters" in value and "_modules" in value:
        yield from (("", value.get(part), kind) for part, kind in _MODULE_PARTS.items())
        yield from ((key, part, "") for key, part in value.items() if _packed(part) is not None)
    elif isinstance(value, dict):
        # a tuple as a key, as in a flattened tree of Flax, is a path itself
        holders = ((key, inside) for key, inside in value.items() if isinstance(inside, _HOLDERS) and key not in _ALIASES)
        yield from (("/".join(map(words, key)) if isinstance(key, tuple) else words(key), inside, "") for key, inside in holders)
    else:
        yield from ((str(at), inside, "") for at, inside in enumerate(value) if isinstance(inside, _HOLDERS))


def _packed(value: Any) -> dict[str, Any] | None:
    """Return what a quantised module keeps in one object of C++, by name; None for anything else."""
    cls, state = _object(value)
    reader = _PACKED.get(cls.rpartition(".")[2])
    try:
        return reader(state) if reader else None
    except _OF_ANOTHER_FORM:
        raise CheckpointError(f"has a {printable(cls)} that is none") from None


def _object(value: Any) -> tuple[str, Any]:
    """Return the class and the state of an object of C++: the module's pickle puts both into its state, TorchScript's names it."""
    state = value.state if isinstance(value, PickledCall) else None
    if not isinstance(state, tuple):
        return "", None
    if len(state) == 2 and isinstance(state[0], tuple) and isinstance(state[1], str):
        return state[1], state[0]
    return (str(value.maker) if isinstance(value.maker, GlobalName) else ""), state


def _list(value: Any) -> Any:
    """Return a list out of the calls in which TorchScript wraps it to tell its type."""
    for _ in range(_DEEPEST):
        value = value.args[0] if isinstance(value, PickledCall) else value
    return value


def _of_linear(state: tuple[Any, ...]) -> dict[str, Any]:
    """Return the parts of (weight, bias)."""
    return dict(zip(("weight", "bias"), state, strict=False))


def _of_cell(state: tuple[Any, ...]) -> dict[str, Any]:
    """Return the parts of (type, biases, scales, offsets, linears); in float16 the linears alone have the biases."""
    _, biases, _, _, linears = map(_list, state)
    parts: dict[str, Any] = {}
    for at, (side, linear) in enumerate(zip(("ih", "hh"), linears, strict=True)):
        matrix, bias = _of_linear(_object(linear)[1]).values()
        parts |= {f"weight_{side}": matrix, f"bias_{side}": biases[at] if biases else bias}
    return parts


_PACKED = {"LinearPackedParamsBase": _of_linear, "CellParamsBase": _of_cell}
"""For each class of PyTorch's packed parameters: the parts that its state has (aten/src/ATen/native/quantized)."""


def _tensor(value: Any) -> Stored | None:
    """Return the tensor that a call makes, nameless yet, or None where it makes none."""
    for _ in range(_DEEPEST):
        if not (isinstance(value, PickledCall) and isinstance(value.maker, GlobalName)):
            return None
        reader = _READERS.get(value.maker.name)
        if reader is None:
            return None
        try:
            value = reader(value)
        except _OF_ANOTHER_FORM:
            raise CheckpointError(f"has a call of {quoted(words(value.maker))} that makes no tensor") from None
        if value is None or isinstance(value, Stored):
            return value
    return None


def _of_torch(value: PickledCall) -> Stored | None:
    """Return the tensor of (storage, offset, size, stride, ...), whose place is its stretch of the storage.

    Two tensors that fill the same stretch, one transposed or reshaped, are the same numbers; one with gaps is known by its strides.
    """
    storage, offset, size, stride = value.args[:4]
    if type(offset) is not int:
        raise TypeError
    shape, steps = _shape(size), _shape(stride)
    reach = offset + sum((length - 1) * step for length, step in zip(shape, steps, strict=True)) + 1 if 0 not in shape else 0
    part = (offset, reach, *([] if reach - offset == prod(shape) else [shape, steps]))
    if not isinstance(storage, Persistent):
        return Stored("", shape, None, (id(storage), *part))
    _, cls, key, _, count = storage.id[:5]
    dtype = _torch_dtype(value.args[6]) if value.maker.name == "_rebuild_tensor_v3" else _STORAGES.get(cls.name)
    if value.maker.name != "_rebuild_tensor_v3" and reach > count:
        raise CheckpointError(f"has a tensor of shape {printable(str(shape))} that reaches beyond its storage of {count:,} numbers")
    return Stored("", shape, dtype, (words(key), *part))


def _torch_dtype(name: Any) -> str:
    """Return NumPy's name for a dtype of PyTorch, which is a global of its module."""
    return words(name).removeprefix("torch.")


def _shape(sizes: Any) -> tuple[int, ...]:
    """Return sizes as a shape; torch.Size comes as a list. Raises ValueError where they are none, before it copies them."""
    if len(sizes) > MOST_AXES:
        raise ValueError
    shape = tuple(sizes)
    if not all(type(size) is int and 0 <= size < 2**63 for size in shape):
        raise ValueError
    return shape


def _of_sparse(value: PickledCall) -> Stored:
    """Return the dense shape of (layout, (indices, values, size, ...))."""
    return Stored("", _shape(next(part for part in value.args[1][:_PARTS_OF_SPARSE] if isinstance(part, (list, tuple)))), None)


def _of_numpy(value: PickledCall) -> Stored | None:
    """Return the array of a call whose state is (version, shape, dtype, order, data)."""
    if not value.state:
        return None
    shape, dtype, _, data = value.state[-4:]
    if isinstance(data, list):
        return None  # an array of objects, which are walked as such
    return Stored("", _shape(shape), _numpy_dtype(dtype), (id(value.state),))


def _of_buffer(value: PickledCall) -> Stored:
    """Return the array of (buffer, dtype, shape, order)."""
    dtype, shape = value.args[1:3]
    return Stored("", _shape(shape), _numpy_dtype(dtype), (id(value),))


def _numpy_dtype(value: Any) -> str | None:
    from lstm_calc.weights.readers.formats.numpy import dtype_words

    word = value.args[0] if isinstance(value, PickledCall) and value.args else None
    return dtype_words(word)[0] if isinstance(word, str) and not word.isalpha() else word and words(word)


def _with_state(value: PickledCall) -> PickledCall:
    """Return the NumPy array inside a JAX one: (reconstruct, its arguments, its state, ...)."""
    inner = PickledCall(value.args[0], value.args[1])
    inner.state = value.args[2]
    return inner


_READERS: dict[str, Any] = {
    "_rebuild_tensor": _of_torch,
    "_rebuild_tensor_v2": _of_torch,
    "_rebuild_tensor_v3": _of_torch,
    "_rebuild_qtensor": _of_torch,
    "_rebuild_parameter": lambda value: value.args[0],
    "_rebuild_parameter_with_state": lambda value: value.args[0],
    "_rebuild_from_type": lambda value: PickledCall(value.args[0], value.args[2]),
    "_rebuild_from_type_v2": lambda value: PickledCall(value.args[0], value.args[2]),
    "_rebuild_device_tensor_from_numpy": lambda value: value.args[0],
    "_rebuild_device_tensor_from_cpu_tensor": lambda value: value.args[0],
    "_rebuild_meta_tensor_no_storage": lambda value: Stored("", _shape(value.args[1]), _torch_dtype(value.args[0])),
    "_rebuild_sparse_tensor": _of_sparse,
    "_reconstruct": _of_numpy,
    "_reconstruct_array": _with_state,
    "_frombuffer": _of_buffer,
}
"""For each call that makes a tensor: the tensor, or the call inside it that does."""

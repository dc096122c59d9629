"""ONNX: every initialiser and constant, and the recurrent nodes with what they read, in every graph inside the graph.

Shapes follow from the operators that stand between weights and a recurrent node.
Weights kept in other files are not opened. Source: onnx/onnx.proto, whose field numbers stand here.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError, quoted
from lstm_calc.weights.readers.onnx_values import OPERATORS, GraphValue
from lstm_calc.weights.readers.protobuf import Message, Pages, int64s, signed
from lstm_calc.weights.readers.stored import Checkpoint, Operator, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.weights.readers.source import Allowance


_MODEL = {7: "graph", 8: "opset_import", 25: "functions"}
_GRAPH = {1: "node", 5: "initializer", 11: "input", 13: "value_info", 15: "sparse_initializer"}
_FUNCTION = {1: "name", 4: "input", 7: "node"}
_NODE = {1: "input", 2: "output", 3: "name", 4: "op_type", 5: "attribute"}
_TENSOR = {1: "dims", 2: "data_type", 5: "int32_data", 7: "int64_data", 8: "name", 9: "raw_data"}
_ATTRIBUTE = {1: "name", 3: "i", 4: "s", 5: "t", 6: "g", 8: "ints", 11: "graphs"}
_SPARSE = {1: "values", 3: "dims"}
_VALUE, _KIND, _TENSOR_KIND, _SHAPE, _DIM = {1: "name", 2: "type"}, {1: "tensor"}, {2: "shape"}, {1: "dim"}, {1: "value"}
_TYPE_WORDS = """
float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64 uint32 uint64 complex64 complex128 bfloat16 float8_e4m3fn
float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz uint4 int4 float4_e2m1fn
"""
_TYPES = dict(enumerate(_TYPE_WORDS.split(), 1))
_BYTES = {"float32": 4, "uint8": 1, "int8": 1, "int32": 4, "int64": 8, "bool": 1, "float16": 2, "float64": 8, "bfloat16": 2}
_INPUTS = {
    "LSTM": ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"),
    "GRU": ("X", "W", "R", "B"),
    "RNN": ("X", "W", "R", "B"),
    "DynamicQuantizeLSTM": ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"),
}
"""The recurrent operators, and what their inputs are called."""
_UNLEARNED = {"BatchNormalization": 3, "DequantizeLinear": 1, "QuantizeLinear": 1}
"""The operators whose inputs from this one on hold running statistics, scales and zero points."""
_WEIGHTS = dict.fromkeys(("BatchNormalization", "Conv", "Gemm", "InstanceNormalization", "LayerNormalization"), slice(1, 3))
_WEIGHTS |= {"LSTM": slice(1, 4), "GRU": slice(1, 4), "RNN": slice(1, 4)}
"""The inputs of operators that hold what is learned, even where an exporter has merged them with an equal statistic."""
_JOINING = {"Concat", "Add", "Sub", "Mul", "Div"}
"""The operators whose every input is data; the others' second and on are settings."""
_LEARNED = ("weight", "kernel", "bias")
"""The endings of names that are learned, wherever they are read."""
_MOST_CALLS, _MOST_OPERATORS = 10_000, 2_000
_FEW = 64
_LONGEST_BIAS = 2**18
_INTEGERS = {"int64", "int32", "uint64", "uint32", "bool", "string", "int16", "uint16"}


def read_onnx(stream: IO[bytes], size: int, allowance: Allowance) -> Checkpoint | None:
    """Return a graph's tensors and recurrent nodes, None where the file is another kind of message."""
    parts = _parts(Message(Pages(stream, size, allowance), 0, size), _MODEL)
    graphs = parts["graph"]
    if len(graphs) != 1 or not isinstance(graphs[0], Message):
        return None
    reader = _GraphReader(parts["functions"], allowance)
    reader.graph(graphs[0], None, "")
    return reader.checkpoint()


def _parts(message: Message | int, known: dict[int, str]) -> dict[str, list[Any]]:
    """Return the values of the fields that are known, by their names; a name that is not there has none."""
    if isinstance(message, int):
        raise CheckpointError("is an ONNX model with a number where a message should be")
    found: dict[str, list[Any]] = defaultdict(list)
    for number, value in message.fields(known):
        found[known[number]].append(value)
    return found


class _GraphScope:
    """The values of one graph; names that it does not have are looked up in the graph around it."""

    def __init__(self, above: _GraphScope | None) -> None:
        self.above, self.values = above, dict[str, GraphValue]()

    def get(self, name: str) -> GraphValue:
        scope: _GraphScope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.above
        return GraphValue(None)


class _GraphReader:
    """One walk through a model: collects tensors and recurrent nodes."""

    def __init__(self, functions: list[Message], allowance: Allowance) -> None:
        self.allowance = allowance
        self.tensors: dict[str, Stored] = {}
        self.operators: list[Operator] = []
        self.biases: dict[str, Message] = {}
        self.zero_halves: dict[str, bool] = {}
        self.buffers: set[str] = set()
        self.weights: set[str] = set()
        self.turns: dict[str, int] = {}
        self.calls = 0
        self.functions = {_text(parts, "name"): parts for parts in (_parts(function, _FUNCTION) for function in functions)}

    def checkpoint(self) -> Checkpoint:
        """Return what was found."""
        kinds = dict.fromkeys(self.buffers, "buffer") | dict.fromkeys(self.weights, "learned")
        tensors = (tensor.replace(kind=tensor.kind or kinds.get(tensor.name, "")) for tensor in self.tensors.values())
        return Checkpoint("onnx", tuple(tensors), tuple(self.operators))

    def graph(self, message: Message, above: _GraphScope | None, path: str) -> None:
        """Walk a graph: what it is given and holds, then its nodes."""
        parts, scope = _parts(message, _GRAPH), _GraphScope(above)
        for value in parts["input"] + parts["value_info"]:
            name, shape = _value_info(value)
            scope.values[name] = GraphValue(shape)
        for tensor in parts["initializer"]:
            self.tensor(tensor, scope, "", constant=False)
        for sparse in parts["sparse_initializer"]:
            self.sparse(sparse, scope)
        self.nodes(parts["node"], scope, path)

    def nodes(self, nodes: list[Message], scope: _GraphScope, path: str) -> None:
        """Walk nodes in their order, in which what a node reads comes before it."""
        for at, message in enumerate(nodes):
            node = _parts(message, _NODE)
            self.allowance.spend("bytes", len(path))
            self.node(node, scope, _text(node, "name") or f"{path}{_text(node, 'op_type')}_{at}")

    def node(self, node: dict[str, list[Any]], scope: _GraphScope, name: str) -> None:
        """Note what one node holds and gives, and walk the graphs or the function inside it."""
        op, attributes = _text(node, "op_type"), dict(map(_attribute, node["attribute"]))
        inputs, outputs = ([value.text() for value in node[side] if isinstance(value, Message)] for side in ("input", "output"))
        if op == "Constant" and isinstance(attributes.get("value"), Message) and outputs:
            self.tensor(attributes["value"], scope, outputs[0], constant=True)
        elif op == "Constant" and outputs:
            ints = attributes.get("value_ints", attributes.get("value_int"))
            scope.values[outputs[0]] = GraphValue(
                (), ints=ints if isinstance(ints, list) else [ints] if isinstance(ints, int) else None
            )
        elif op in _INPUTS:
            self.operator(op, name, dict(zip(_INPUTS[op], inputs, strict=False)), scope, attributes)
            self.unlearned([scope.get(value) for value in (*inputs[5:7], *inputs[8:])])
        elif op in OPERATORS:
            self.apply(op, [scope.get(value) for value in inputs], outputs, scope, attributes)
        elif op in self.functions:
            self.call(self.functions[op], inputs, scope, f"{name}/")
        self.unlearned([scope.get(value) for value in inputs[_UNLEARNED.get(op, len(inputs)) :]])
        weights = inputs[_WEIGHTS[op]] if op in _WEIGHTS else []
        self.weights.update(source for value in weights for source in scope.get(value).sources)
        for inner in [*attributes.values()]:
            for graph in inner if isinstance(inner, list) else [inner]:
                if isinstance(graph, _Subgraph):
                    self.graph(graph.message, scope, f"{name}/")

    def unlearned(self, values: list[GraphValue]) -> None:
        """Note that what an operator reads here is no weight: running statistics, scales, initial states."""
        self.buffers.update(source for value in values for source in value.sources if not source.endswith(_LEARNED))

    def apply(self, op: str, given: list[GraphValue], outputs: list[str], scope: _GraphScope, attributes: dict[str, Any]) -> None:
        """Note the shapes that an operator gives, where its inputs tell them."""
        try:
            shapes = OPERATORS[op](given, attributes, len(outputs))
        except (IndexError, TypeError, ValueError, ZeroDivisionError, StopIteration, RuntimeError, OverflowError):
            shapes = [None] * len(outputs)
        shapes = [shape if shape is None or _can_be(shape) else None for shape in shapes]
        data = given if op in _JOINING else given[:1]
        sources = tuple(dict.fromkeys(source for value in data for source in value.sources))
        ints = given[0].ints if op in {"Identity", "Cast", "Unsqueeze", "Squeeze", "Reshape"} and given else None
        for name, shape in zip(outputs, shapes, strict=False):
            if shape is not None or name not in scope.values:
                scope.values[name] = GraphValue(shape, sources[:_FEW], ints)

    def call(self, function: dict[str, list[Any]], inputs: list[str], scope: _GraphScope, path: str) -> None:
        """Walk a function's body with what the call gives it."""
        self.calls += 1
        if self.calls > _MOST_CALLS or path.count("/") > _FEW:
            raise CheckpointError("calls its functions more often or more deeply than is followed")
        inner = _GraphScope(None)
        formal = [value.text() for value in function["input"] if isinstance(value, Message)]
        inner.values = {name: scope.get(value) for name, value in zip(formal, inputs, strict=False)}
        self.nodes(function["node"], inner, path)

    def operator(self, op: str, name: str, inputs: dict[str, str], scope: _GraphScope, attributes: dict[str, Any]) -> None:
        """Note a recurrent node."""
        if len(self.operators) >= _MOST_OPERATORS:
            raise CheckpointError(f"has more than {_MOST_OPERATORS:,} recurrent nodes, which is more than are read")
        values = {part: scope.get(inputs[part]) for part in ("X", "W", "R", "B", "P") if inputs.get(part)}
        self.operators.append(
            Operator(
                name=name.strip("/") or op.lower(),
                type=op.removeprefix("DynamicQuantize"),
                shapes={part: value.shape for part, value in values.items()},
                sources={part: value.sources for part, value in values.items() if part != "X"},
                attributes={key: value for key, value in attributes.items() if isinstance(value, (int, str))},
                zero_half=self.zero_half(values.get("B", GraphValue(None))),
                transposed=op.startswith("Dynamic"),
            )
        )

    def zero_half(self, bias: GraphValue) -> bool:
        """Say whether each direction has a second bias vector of all zeros; no other numbers are looked at, and few of these."""
        name = bias.sources[0] if len(bias.sources) == 1 else ""
        raw, directions = self.biases.get(name), bias.shape[0] if bias.shape is not None and len(bias.shape) == 2 else 0
        if raw is None or directions not in {1, 2} or not 0 < len(raw) <= _LONGEST_BIAS:
            return False
        if name not in self.zero_halves:
            self.zero_halves[name] = _is_zero_half(raw.raw(_LONGEST_BIAS), directions)
        return self.zero_halves[name]

    def tensor(self, message: Message, scope: _GraphScope, name: str, *, constant: bool) -> None:
        """Note an initialiser or a constant under its name, counted up where another graph has the same."""
        parts = _parts(message, _TENSOR)
        shape, name = _dims(parts["dims"]), name or _text(parts, "name")
        dtype = _TYPES.get(next((value for value in parts["data_type"] if isinstance(value, int)), 0), "other")
        _check_size(name, shape, dtype, parts["raw_data"])
        own = self.own_name(name)
        self.allowance.spend("names")
        is_setting = dtype in _INTEGERS or not shape or (constant and shape == (1,) and not name.endswith(_LEARNED))
        if len(shape) == 2 and parts["raw_data"] and isinstance(parts["raw_data"][0], Message):
            self.biases[own] = parts["raw_data"][0]
        self.tensors[own] = Stored(own, shape, dtype, None, "buffer" if is_setting else "")
        scope.values[name] = GraphValue(shape, (own,), _ints(parts, dtype) if dtype in {"int64", "int32"} else None)

    def own_name(self, name: str) -> str:
        """Return the name, or name#2, name#3, ... where it is taken."""
        own = name
        while own in self.tensors:
            self.turns[name] = self.turns.get(name, 1) + 1
            own = f"{name}#{self.turns[name]}"
        return own

    def sparse(self, message: Message, scope: _GraphScope) -> None:
        """Note a sparse initialiser in its dense shape."""
        parts = _parts(message, _SPARSE)
        name, shape = next((_text(_parts(value, _TENSOR), "name") for value in parts["values"]), ""), _dims(parts["dims"])
        self.allowance.spend("names")
        self.tensors[name] = Stored(name, shape, "float32")
        scope.values[name] = GraphValue(shape, (name,))


class _Subgraph:
    """An attribute that is a graph."""

    def __init__(self, message: Message) -> None:
        self.message = message


def _text(parts: dict[str, list[Any]], name: str) -> str:
    return next((value.text() for value in parts[name] if isinstance(value, Message)), "")


def _can_be(shape: tuple[int, ...]) -> bool:
    return len(shape) <= _FEW and all(0 <= size < 2**63 for size in shape)


def _is_zero_half(data: bytes, directions: int) -> bool:
    """Say whether of the two bias vectors of each direction the second is all zeros, and the first is not."""
    half = len(data) // (2 * directions)
    halves = [data[at * half : (at + 1) * half] for at in range(2 * directions)]
    return not any(map(any, halves[1::2])) and any(map(any, halves[::2]))


def _few(values: list[int | Message]) -> list[int]:
    """Return whole numbers that stand one by one or packed; of many, the first ones, which are more than any axes."""
    return list(islice(_unpacked(values), _FEW + 1))


def _unpacked(values: list[int | Message]) -> Iterator[int]:
    for value in values:
        yield from value.numbers() if isinstance(value, Message) else (signed(value),)


def _dims(values: list[int | Message]) -> tuple[int, ...]:
    """Return the sizes of a tensor."""
    sizes = _few(values)
    if not _can_be(tuple(sizes)):
        raise CheckpointError(f"has a tensor of sizes {quoted(sizes[:8])}")
    return tuple(sizes)


def _check_size(name: str, shape: tuple[int, ...], dtype: str, raw: list[Any]) -> None:
    numbers = 1
    for size in shape:
        numbers *= size
    wanted = numbers * _BYTES.get(dtype, 0)
    if wanted and raw and isinstance(raw[0], Message) and len(raw[0]) != wanted:
        raise CheckpointError(f"gives the tensor {quoted(name)} {len(raw[0]):,} bytes, where its shape takes {wanted:,}")


def _ints(parts: dict[str, list[Any]], dtype: str) -> list[int] | None:
    """Return the numbers of a small whole-number tensor: axes, starts, ends."""
    for message in parts["raw_data"]:
        if isinstance(message, Message) and len(message) <= _FEW * 8:
            data = message.raw()
            return (
                int64s(data)
                if dtype == "int64"
                else [int.from_bytes(data[at : at + 4], "little", signed=True) for at in range(0, len(data), 4)]
            )
    return _settings(parts["int64_data"] + parts["int32_data"]) or None


def _settings(values: list[int | Message]) -> list[int] | None:
    """Return the numbers of axes, starts, ends and sizes, None where they are too many to be those."""
    numbers = _few(values)
    return numbers if len(numbers) <= _FEW else None


def _attribute(message: Message) -> tuple[str, Any]:
    """Return an attribute's name and value; a tensor is its message, a graph is marked as one."""
    parts = _parts(message, _ATTRIBUTE)
    graphs = [_Subgraph(value) for value in parts["g"] + parts["graphs"] if isinstance(value, Message)]
    plain: list[Any] = [value for value in parts["t"] if isinstance(value, Message)]
    plain += [value.text() for value in parts["s"] if isinstance(value, Message)]
    plain += [signed(value) for value in parts["i"] if isinstance(value, int)]
    return _text(parts, "name"), graphs or (plain[0] if plain else _settings(parts["ints"]))


def _value_info(message: Message) -> tuple[str, tuple[int, ...] | None]:
    """Return a value's name and shape, None where a size is not fixed."""
    parts = _parts(message, _VALUE)
    for kind in parts["type"]:
        for tensor in _parts(kind, _KIND)["tensor"]:
            for shape in _parts(tensor, _TENSOR_KIND)["shape"]:
                sizes = [_parts(dim, _DIM)["value"] for dim in _parts(shape, _SHAPE)["dim"]]
                fixed = [signed(size[0]) for size in sizes if size and isinstance(size[0], int)]
                return _text(parts, "name"), tuple(fixed) if len(fixed) == len(sizes) and _can_be(tuple(fixed)) else None
    return _text(parts, "name"), None

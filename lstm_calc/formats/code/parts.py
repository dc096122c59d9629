"""The layers inside a module that states what each of them reads: a Model of parts, each with a width of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.formats.code.families import CONTAINERS, FAMILIES, READ_WHAT_COMES, WEIGHTLESS, numbers_in, window
from lstm_calc.formats.code.library.modules import gain_of, module_family, names_of, numbers_of, owners, shape_of_tensor
from lstm_calc.formats.code.unknown import (
    INPUT,
    MISSING,
    Cause,
    Place,
    UnknownObject,
    causes_of,
    is_unknown,
    unknown_input,
)
from lstm_calc.formats.code.values import Array, ClassValue, FunctionValue, Instance, MadeLayer
from lstm_calc.model import Conv, ConvTranspose, Dense, Embedding, Layer, Model, Other, PReLU, Recurrent
from lstm_calc.model.layers.norm import Norm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lstm_calc.formats.code.families.rows import ClassRow

_WINDOWS = frozenset({"kernel_size", "strides", "dilation_rate"})
_PADDING = "output_padding"
"""What a transposed convolution adds at the end of what it gives; none where it is 0."""
_NOT_LAYERS = re.compile(
    r"token|loss|optim|sched|metric|logger|logging|writer|device|config|distributions|vocab|dataset|loader|random|time\.|os\.|json|yaml",
    re.IGNORECASE,
)
_BOTH = frozenset({"affine", "elementwise_affine"})
"""Arguments that switch the gain of a normalisation on and off, and its shift with it."""
_HOW = frozenset({"strides", "dilation_rate", "padding", _PADDING})
"""Fields that change no count: left out where they are not known."""


class FoundLayers:
    """The layers that are found, and what is missing for them."""

    def __init__(self, input_dim: int | None) -> None:
        """Take the width of layers that do not state what they read."""
        self.layers: list[Layer] = []
        self.missing: list[Cause] = []
        self.unknown: dict[str, Place] = {}
        """The classes of layers that are not known, and where the first of each is made."""
        self.of: dict[int, list[Layer]] = {}
        """The layers, by the identity of what the program makes."""
        self.used_input = False
        self._orders: set[bool] = set()
        self._input_dim = input_dim
        self._names: set[str] = set()

    def add_all(self, found: Iterable[tuple[str, Any]], root: Any) -> None:
        """Add everything inside a module that has parameters."""
        pairs = list(found)
        tables = {id(each) for _, each in pairs}
        for path, each in pairs:
            before = len(self.layers)
            if isinstance(each, Array):
                self._parameter(path, each)
            elif isinstance(each, UnknownObject):
                self._foreign(path, each, root)
            else:
                self._made(path, each, tables)
            self.of[id(each)] = self.layers[before:]

    def add_weightless(self, found: Iterable[tuple[str, Any]]) -> None:
        """Add the layers without parameters, of a module that has no others: of what they read, nothing is known."""
        without = [(path, each) for path, each in found if isinstance(each, MadeLayer) and each.name in WEIGHTLESS]
        self.layers += [Other(params=0, class_name=each.name, name=self._name(path)) for path, each in without]

    @property
    def batch_first(self) -> bool:
        """Whether all recurrent layers are made to read the batch first."""
        return self._orders == {True}

    def _name(self, path: str) -> str | None:
        name = name_at(path)
        if not name or name in self._names:
            return None
        self._names.add(name)
        return name

    def _parameter(self, path: str, array: Array) -> None:
        self.missing += array.doubt
        causes = causes_of(list(array.shape or ()))
        if causes:
            self.missing += causes
            return
        if not all(isinstance(size, int) for size in array.shape or ()):
            raise ModelFileError("a parameter has a shape that no tensor can have", str(array.place or ""))
        numbers = numbers_in(array.shape or ())
        self.layers.append(
            Other(params=numbers, class_name="Parameter", name=self._name(path), trainable=array.trained is not False)
        )

    def _foreign(self, path: str, each: UnknownObject, root: Any) -> None:
        """Add a layer that is not in the text, where the text uses it as one."""
        may_be = each.used or each.attributes or (each.chosen and not re.fullmatch(r"\w+(\.\w+)*\.[a-z_]+", each.path))
        if not may_be and (_NOT_LAYERS.search(each.path) or not _is_called(root, path, each)):
            return
        if each.chosen:
            self.missing += each.chosen
            return
        name = _class_of(each.path.rpartition(".from_pretrained")[0] or each.path)
        self.unknown.setdefault(name, each.causes[0].place)
        self.layers.append(Other(class_name=name or None, name=self._name(path), trainable="*" not in each.frozen))

    def _made(self, path: str, made: MadeLayer, tables: set[int]) -> None:
        kind = FAMILIES[made.family].get(made.name)
        self.missing += made.doubt
        for tensor, cause in made.removed.items():
            raise ModelFileError(
                f"{tensor} is taken out of {made.name}, and what becomes of it cannot be followed", str(cause.place)
            )
        if kind is None:
            if made.name not in WEIGHTLESS | CONTAINERS and not made.name.endswith("Loss"):
                class_name = re.sub(r"[^A-Za-z0-9_./-]", "_", made.name).lstrip("./-")
                self.unknown.setdefault(class_name, made.place)
                self.layers.append(Other(class_name=class_name, name=self._name(path)))
            return
        values = {name: value for name, value in made.arguments.items() if value is not ...}
        if kind.layer is None:
            self._number(path, made, kind, values)
            return
        fields = self._fields(made, kind, values, path)
        if fields is None:
            return
        if issubclass(kind.layer, Recurrent) and "batch_first" in values:
            self._orders.add(values["batch_first"] is True)
        name = self._name(path)
        for layer in _layers(kind.layer, fields, made, tables, name):
            self.layers.append(layer)

    def _number(self, path: str, made: MadeLayer, kind: ClassRow, values: dict[str, Any]) -> None:
        causes = causes_of([values.get(name) for name in kind.needs.split()])
        self.missing += causes
        if not causes and kind.params is not None:
            try:
                numbers = kind.params(values)
            except (TypeError, KeyError, ValueError):
                raise ModelFileError(f"{made.name} has arguments that it cannot have", str(made.place)) from None
            self.layers += (
                [Other(params=numbers, class_name=made.name, name=self._name(path), trainable="*" not in made.frozen)]
                if numbers
                else []
            )

    def _fields(self, made: MadeLayer, kind: ClassRow, values: dict[str, Any], path: str) -> dict[str, Any] | None:
        """Return the fields of a layer; None where one is missing."""
        fields: dict[str, Any] = {}
        for field, argument in kind.names.items():
            if argument not in values:
                self.missing.append(Cause(argument, made.place, f"is an argument of {made.name} without a value"))
                return None
            value = converted(field, argument, values[argument], kind.dims)
            if causes_of(value):
                if field not in _HOW:
                    self.missing += causes_of(value)
                    fields["__missing__"] = True
                continue
            fields[field] = value
        if kind.layer is PReLU:
            slopes = fields.get("num_parameters")
            fields |= {"input_dim": slopes} if isinstance(slopes, int) and slopes > 1 else {}
        elif "input_dim" not in kind.names and kind.layer is not Embedding:
            fields["input_dim"] = self._width(made, path)
        return None if fields.pop("__missing__", False) or causes_of(fields.get("input_dim")) else fields

    def _width(self, made: MadeLayer, path: str) -> Any:
        """Return the width that a layer reads which does not state it."""
        width = made.reads
        if width is MISSING:
            raise ModelFileError(f"the width of what {made.name} reads does not follow from the code", str(made.place))
        if width is None or (is_unknown(width) and any(cause.text == INPUT for cause in causes_of(width))):
            self.used_input = True
            if self._input_dim is not None:
                return self._input_dim
            width = unknown_input(made.place, path or made.name)
        self.missing += causes_of(width)
        return width


def name_at(path: str) -> str:
    """Return a path as the name of a layer, with what no name may have replaced; empty where nothing is left."""
    return re.sub(r"[^A-Za-z0-9_./-]", "_", path)[:200].lstrip("./-")


def converted(field: str, argument: str, value: Any, dims: int) -> Any:  # noqa: PLR0911 - a case for each form of an argument
    """Return an argument as the field of our layer takes it."""
    if field in _WINDOWS:
        return window(value, dims or (len(value) if isinstance(value, (list, tuple)) else 1))
    if field == _PADDING:
        sizes = window(value, dims)
        return sizes if sizes and any(sizes) else None
    if field == "padding":
        return value.lower() if isinstance(value, str) else window(value, dims)
    if argument == "direction":
        return value in {"bidirect", "bidirectional"} if isinstance(value, str) else value
    if argument.endswith("_attr"):
        return value is not False
    if field == "projection":
        return value or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if field in {"bias", "bidirectional", "center", "scale"} and (value is None or isinstance(value, (int, str))):
        return bool(value)
    if field == "input_dim" and isinstance(value, (list, tuple)) and len(value) == 1:
        return value[0]
    return 1 if value == "scalar" and field in {"input_dim", "units"} else value  # the one number of Equinox' Linear


def _layers(kind: type[Layer], fields: dict[str, Any], made: MadeLayer, tables: set[int], name: str | None) -> Iterator[Layer]:
    """Yield the layer, and what it has that our layer has not: a frozen weight beside a bias, several axes, a gain."""
    trainable = not _is_frozen(made)
    tied = made.attributes.get("weight")
    try:
        if issubclass(kind, Norm):
            _set_shift(kind, fields, both=FAMILIES[made.family][made.name].names.get("scale") in _BOTH)
            if isinstance(fields.get("input_dim"), (list, tuple)):
                parts = sum(field in kind.fields and fields.get(field, True) for field in ("scale", "center"))
                numbers = parts * numbers_in(fields["input_dim"])
                yield from [Other(params=numbers, class_name=made.name, name=name, trainable=trainable)] if numbers else []
                return
        if issubclass(kind, Dense) and tied is not None and getattr(tied, "name", None) == "weight" and id(tied.owner) in tables:
            shapes = [shape_of_tensor(each, "weight") for each in (tied.owner, made)]
            if all(each is not None and not causes_of(list(each)) for each in shapes) and shapes[0] != shapes[1]:
                yield from _shared(kind(**fields), name, trainable=trainable)
                return
            fields["tied"] = True
        if trainable and made.frozen and issubclass(kind, (Dense, Conv, ConvTranspose)):
            layer: Any = kind(**fields, name=name, trainable=True)
            yield layer.replace(bias=False, trainable="weight" not in made.frozen)
            yield Other(params=layer.output, class_name="bias", trainable="bias" not in made.frozen)
            return
        if trainable and made.frozen & set(names_of(made)):
            yield from _partly_frozen(kind(**fields, name=name), made, name)
            return
        layer = kind(**fields, name=name, trainable=trainable)
    except (ModelError, TypeError) as error:
        what = error.without_key if isinstance(error, ModelError) else "has arguments that it cannot have"
        key = f"{getattr(error, 'key', '')} " if isinstance(error, ModelError) else ""
        raise ModelFileError(f"{made.name}: {key}{what}", str(made.place)) from None
    yield layer
    for tensor, axis in made.gains:
        yield Other(params=_gain(made, tensor, axis), class_name="weight_g", trainable=trainable)


def _shared(layer: Any, name: str | None, *, trainable: bool) -> Iterator[Layer]:
    """Yield what a layer has of its own whose weight is that of another layer, of another shape: its bias."""
    if layer.bias:
        yield Other(params=layer.output, class_name="bias", name=name, trainable=trainable)


def _gain(made: MadeLayer, tensor: Any, axis: Any) -> int:
    number = gain_of(made, str(tensor), axis)
    if not isinstance(number, int):
        raise ModelFileError(f"weight_norm of {tensor} along axis {axis} of {made.name} is not known", str(made.place))
    return number


def _set_shift(kind: type[Norm], fields: dict[str, Any], *, both: bool) -> None:
    """Leave out the shift of a normalisation where an argument that switches off the gain switches off both."""
    if both and fields.get("scale") is False and "center" in kind.fields:
        fields["center"] = False


def _class_of(path: str) -> str:
    """Return what a layer is called that is not in the text: the path of its class, or the first name in its expression."""
    if re.fullmatch(r"[\w.]+", path):
        return path[:200].lstrip(".")
    words = [word for word in re.findall(r"[A-Za-z_][\w.]*", path) if word not in {"list", "tuple", "nn", "nn.Sequential"}]
    return (words[0] if words else "expression")[:200]


def _is_frozen(made: MadeLayer) -> bool:
    """Return whether no tensor of a layer is trained."""
    return "*" in made.frozen or set(names_of(made)) <= made.frozen


def _partly_frozen(layer: Any, made: MadeLayer, name: str | None) -> Iterator[Layer]:
    """Yield what is trained of a layer and what is not, as numbers: our layer is trained as a whole or not at all."""
    from lstm_calc.frameworks.counting import count

    total = count(Model([layer], layer.input_dim), "pytorch")
    numbers = [numbers_of(made, tensor) for tensor in made.frozen & set(names_of(made))]
    if None in numbers:
        raise ModelFileError(f"{made.name} of which a part is not trained cannot be followed", str(made.place))
    frozen = sum(number or 0 for number in numbers)
    yield Other(params=total - frozen, class_name=made.name, name=name)
    yield Other(params=frozen, class_name=made.name, trainable=False)


def _is_called(root: Any, path: str, each: UnknownObject) -> bool:
    """Return whether a module calls one of its attributes, as it does its layers; without a forward, whether it may be one."""
    name = path.rpartition(".")[2]
    classes = [each.cls for _, each in _objects("", root) if each.cls is not None]
    if not any(isinstance(cls.find(method), FunctionValue) for cls in classes for method in ("forward", "call", "__call__")):
        return each.path.rpartition(".")[2][:1].isupper()
    return any(re.search(rf"\bself\.{re.escape(name)}(?:\.\w+)?\(", _methods(cls)) for cls in classes)


def _methods(cls: ClassValue) -> str:
    import ast

    return "\n".join(ast.unparse(node) for node in cls.node.body if getattr(node, "name", "__init__") != "__init__")


def _objects(path: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Instance]]:
    if isinstance(value, Instance) and depth < 20:
        yield path, value
        for name, each in value.attributes.items():
            yield from _objects(name, each, depth + 1)


def stored_weights(value: Any) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of NumPy, by name, that an object of no framework keeps as its weights; none where a shape is not known."""
    kept = value.attributes.get("weights") if isinstance(value, Instance) and module_family(value.cls) is None else None
    found = list(_arrays("", kept)) if isinstance(kept, dict) else []
    if all(array.shape is not None and all(isinstance(size, int) for size in array.shape) for _, array in found):
        yield from found


def _arrays(path: str, value: Any) -> Iterator[tuple[str, Array]]:
    if isinstance(value, Array):
        yield path, value
    for name, each in value.items() if isinstance(value, dict) else ():
        yield from _arrays(f"{path}.{name}".lstrip("."), each)


def family_within(value: Any) -> str | None:
    """Return the framework of a module or of the layers inside it."""
    if isinstance(value, MadeLayer):
        return value.family
    if isinstance(value, Instance) and (family := module_family(value.cls)):
        return family
    found = [each.family for _, each in owners(value) if isinstance(each, MadeLayer)]
    return found[0] if found else None


def reads_what_comes(family: str | None) -> bool:
    """Return whether the layers of a framework do not state what they read."""
    return family in READ_WHAT_COMES

"""Model files: TOML or JSON in the words of :mod:`lstm_calc.model`, or a config of Keras, read into a Model; and written from one.

input_dim = 300
framework = "keras"
[[layers]]
type = "lstm"
units = 512
[budget]
params = "5M"
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LAYER_PAGE, FrameworkError, ModelError, ModelFileError, did_you_mean, nearest, quoted
from lstm_calc.formats.modeltext import read_text, text_in, values_in
from lstm_calc.frameworks import framework
from lstm_calc.frozen import UNKNOWN
from lstm_calc.model import KINDS, Layer, Model, Nested
from lstm_calc.model.budget import Budget, budget_of
from lstm_calc.model.rules import RULES, count
from lstm_calc.model.template import Place, Template, template_of
from lstm_calc.streams import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

_DEEPEST = 50
"""Models within models that are read."""
_TOP = ("input_dim", "input_shape", "batch", "batch_first", "listed", "framework", "outputs", "layers", "budget")
_FOR_EDITORS = "$schema"
"""The key by which a JSON file says where its schema is."""


def load(path: str, input_dim: int | None = None) -> Model:
    """Return the model in a file, or on standard input where the path is ``-``; a ``.keras`` archive is one too.

    ``input_dim`` is the width of the input of a config of Keras that does not state it; any other file does.
    Raises ModelFileError, with the file and the key, for whatever is not a model.
    """
    text, file = read_text(path)
    return _words(text, input_dim) if _has_words(text, file) else loads(text, file, input_dim)


def load_from(stream: BinaryIO, file: str) -> Model:
    """Return the model in a stream of bytes; ``file`` is its name in messages."""
    return loads(text_in(stream, file), file)


def load_with_budget(path: str, input_dim: int | None = None) -> tuple[Model, Budget]:
    """Return the model in a file, as :func:`load`, and its budget, which limits nothing where there is none."""
    text, file = read_text(path)
    return (_words(text, input_dim), Budget()) if _has_words(text, file) else loads_with_budget(text, file, input_dim)


def loads_with_budget(text: str, file: str = "<text>", input_dim: int | None = None) -> tuple[Model, Budget]:
    """Return the model that a TOML or JSON text describes, as :func:`loads`, and its budget."""
    data = values_in(text, file)
    model = _described(data, file, input_dim)
    return model, _budget(data, file) if "budget" in data else Budget()


def load_template(path: str) -> Template:
    """Return the template in a file, or on standard input: a model file in which ``"?"`` may stand for any size."""
    text, file = read_text(path)
    if _has_words(text, file):
        from lstm_calc.formats.reading import read_template

        return read_template(text)
    return loads_template(text, file)


def loads_template(text: str, file: str = "<text>") -> Template:
    """Return the template that a TOML or JSON text describes."""
    data = values_in(text, file)
    places = tuple(_opened(data)) if _has_types(data) else ()
    if not places:
        return template_of(_described(data, file)).replace(budget=_budget(data, file) if _has_types(data) else Budget())
    top = {"budget": _budget(data, file), "input_shape": data.get("input_shape"), "framework": _framework(data, file)}
    top |= {"outputs": data.get("outputs", ()), "batch": data.get("batch")}
    top |= {flag: data.get(flag, False) for flag in ("batch_first", "listed")}
    return Template(_layers(data, file), data.get("input_dim"), places, **top)


def _has_words(text: str, file: str) -> bool:
    """Say whether standard input has a line of notation, code or a printed summary, and no model file."""
    from lstm_calc.formats.reading import is_described

    return file == STDIN and not is_described(text)


def _words(text: str, input_dim: int | None) -> Model:
    """Return the model that such a text describes."""
    from lstm_calc.formats.reading import read

    return read(text.strip(), input_dim)


def dumps(model: Model) -> str:
    """Return a model as a JSON model file, such that :func:`loads` gives it back; what is as by default is left out.

    >>> from lstm_calc import read
    >>> loads(dumps(read("32 > bilstm 64 x2 > dense 10"))) == read("32 > bilstm 64 x2 > dense 10")
    True
    """
    import json

    return json.dumps(table_of(model), indent=2) + "\n"


def table_of(model: Model) -> dict[str, Any]:
    """Return the plain values of a model file.

    >>> from lstm_calc import read
    >>> table_of(read("32 > lstm 64"))
    {'input_dim': 32, 'layers': [{'type': 'lstm', 'units': 64}]}
    """
    said = {"input_dim", "input_shape", "batch", "batch_first", "listed", "framework", "outputs"}
    source = {name: _plain(value) for name, value in model.changed().items() if name in said}
    return source | {"layers": _plain(tuple(model.layers))}


def _plain(value: Any) -> Any:
    if isinstance(value, Layer):
        return {"type": value.kind} | {name: _plain(each) for name, each in value.changed().items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def loads(text: str, file: str = "<text>", input_dim: int | None = None) -> Model:
    """Return the model that a TOML or JSON text describes; ``file`` is its name in messages, ``input_dim`` as in :func:`load`."""
    return _described(values_in(text, file), file, input_dim)


def _described(data: Any, file: str, input_dim: int | None = None) -> Model:
    """Return the model that the values of a file describe: a config of Keras, or a model file of ours."""
    if not _has_types(data):
        from lstm_calc.formats import keras as kerasconfig

        if kerasconfig.recognised(data):
            return kerasconfig.read(data, file, input_dim)
    if input_dim is not None:
        raise ModelFileError("the file states its own input; --input is for a config of Keras that does not", file)
    if not isinstance(data, dict):
        raise ModelFileError("a model file is a table with 'layers'", file)
    return _model(data, file)


def _has_types(data: Any) -> bool:
    """Say whether the layers of a file have types, as those of a model file of ours."""
    tables = data.get("layers") if isinstance(data, dict) else None
    return isinstance(tables, list) and all(isinstance(table, dict) and "type" in table for table in tables)


def _opened(data: dict[str, Any]) -> Iterator[Place]:
    """Yield where ``?`` stands for a size, and put a size there."""
    for position, table in ((None, data), *enumerate(data["layers"])):
        for field, value in table.items():
            if value == UNKNOWN and RULES.get(field) is count:
                table[field] = 1
                yield position, field


_MOST_MISTAKES = 20
"""The mistakes of a file that are listed at once."""
_MORE = "and more"


def _all_or_each_fault(parts: Iterable[Callable[[], Any]]) -> list[Any]:
    """Return what all functions give; raise ModelFileError with every fault where some raise one."""
    found, faults = [], list[str]()
    for part in parts:
        try:
            found.append(part())
        except ModelFileError as error:
            faults += str(error).split("\n")
        if len(faults) > _MOST_MISTAKES:  # each takes time to say
            raise ModelFileError.of([*faults[:_MOST_MISTAKES], _MORE])
    if faults:
        raise ModelFileError.of(faults)
    return found


def _model(data: dict[str, Any], file: str) -> Model:
    layers, framework_name = _all_or_each_fault((lambda: _layers(data, file), lambda: _framework(data, file)))
    try:
        return Model(
            layers,
            data.get("input_dim"),
            data.get("input_shape"),
            framework=framework_name,
            outputs=data.get("outputs", ()),
            batch=data.get("batch"),
            batch_first=data.get("batch_first", False),
            listed=data.get("listed", False),
        )
    except ModelError as error:
        where = "" if error.layer is None else f"layers[{error.layer}]."
        raise ModelFileError(error.without_key, file, f"{where}{error.key}") from None


def _framework(data: dict[str, Any], file: str) -> str | None:
    """Return the framework that a file names, None where it names none."""
    name = data.get("framework")
    if name is None:
        return None
    if not isinstance(name, str):
        raise ModelFileError(f"must be the name of a framework, not {quoted(name)}", file, "framework")
    try:
        return framework(name).name
    except FrameworkError as error:
        raise ModelFileError(str(error), file, "framework") from None


def _layers(data: dict[str, Any], file: str) -> list[Layer]:
    """Return the layers that a file's tables describe."""
    sizes = [key for key in ("input_dim", "input_shape") if data.get(key) is not None]
    *_, layers = _all_or_each_fault(
        (
            *(partial(_refuse_key, key, _TOP, file, key) for key in data if key not in {*_TOP, _FOR_EDITORS}),
            *(partial(_check_value, Model.rules[key], key, data[key], file, key) for key in sizes),
            lambda: _budget(data, file),
            lambda: _top_tables(data, file),
        )
    )
    found: list[Layer] = layers
    return found


def _refuse_key(key: str, known: Iterable[str], file: str, place: str, what: str = "") -> None:
    """Refuse a key that is not known."""
    raise ModelFileError(f"unknown key{what}{did_you_mean(key, known)}", file, place)


def _check_value(rule: Callable[[str, Any], Any], field: str, value: Any, file: str, place: str) -> None:
    """Refuse a value that its field cannot have."""
    try:
        rule(field, value)
    except ModelError as error:
        raise ModelFileError(error.without_key, file, place) from None


def _top_tables(data: dict[str, Any], file: str) -> list[Layer]:
    tables = data.get("layers")
    if not isinstance(tables, list) or not tables:
        raise ModelFileError("a model file needs its layers, as [[layers]] tables", file, "layers")
    return _tables(tables, file, "layers")


def _tables(tables: list[Any], file: str, where: str) -> list[Layer]:
    """Return the layers of some tables; raise ModelFileError with every fault, and where they nest too deeply."""
    if where.count("[") > _DEEPEST:
        raise ModelFileError("models within models are nested too deeply", file, "layers")
    return _all_or_each_fault(partial(_layer, table, file, f"{where}[{position}]") for position, table in enumerate(tables))


def _budget(data: dict[str, Any], file: str) -> Budget:
    """Return what a file's ``budget`` allows."""
    values = data.get("budget", {})
    if not isinstance(values, dict):
        raise ModelFileError("a budget is a table with params, bytes, ram or macs", file, "budget")
    try:
        return budget_of(values)
    except ModelError as error:
        raise ModelFileError(error.without_key, file, f"budget.{error.key}") from None


def _refuse_missing(name: str, file: str, place: str) -> None:
    """Refuse a layer that lacks a field."""
    raise ModelFileError(f"missing; {name} needs it", file, place)


def _layer(table: Any, file: str, where: str) -> Layer:
    """Return the layer that one table describes."""
    if not isinstance(table, dict):
        raise ModelFileError("a layer is a table with a type", file, where)
    values = dict(table)
    name = values.pop("type", None)
    if not isinstance(name, str):
        raise ModelFileError("a layer needs its type, such as lstm or dense", file, f"{where}.type")
    kind = KINDS.get(name)
    if kind is None:
        raise ModelFileError(f"{quoted(name)} is not a layer type{did_you_mean(name, KINDS, LAYER_PAGE)}", file, f"{where}.type")
    unknown = [key for key in values if key not in kind.fields]
    meant = {nearest(key.lower()[:60], kind.fields) for key in unknown}
    missing = [field for field, default in kind.fields.items() if default is ... and field not in {*values, *meant}]
    checked = [key for key in values if key in kind.fields and key in kind.rules and (kind is not Nested or key != "layers")]
    if unknown or missing or kind is Nested:
        _all_or_each_fault(
            (
                *(partial(_refuse_key, key, kind.fields, file, f"{where}.{key}", f" for {name}") for key in unknown),
                *(partial(_check_value, kind.rules[key], key, values[key], file, f"{where}.{key}") for key in checked),
                *(partial(_refuse_missing, name, file, f"{where}.{field}") for field in missing),
            )
        )
    if kind is Nested and isinstance(values.get("layers"), list):
        values["layers"] = _tables(values["layers"], file, f"{where}.layers")
    try:
        return kind(**values)
    except ModelError as error:
        _all_or_each_fault(partial(_check_value, kind.rules[key], key, values[key], file, f"{where}.{key}") for key in checked)
        raise ModelFileError(error.without_key, file, f"{where}.{error.key}") from None

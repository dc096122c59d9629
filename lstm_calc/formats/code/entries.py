"""Which model of a program is meant: the one that is named, else the only one, else the one that no other uses."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError, did_you_mean, quoted
from lstm_calc.formats.code.families import WEIGHTLESS
from lstm_calc.formats.code.keras_api.graph import KerasModel, KerasTensor, MadeKerasLayer, within
from lstm_calc.formats.code.library.modules import module_family, owners
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, Unknown
from lstm_calc.formats.code.values import ClassValue, FunctionValue, Instance, MadeLayer, Module, Scope, is_small

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lstm_calc.formats.code.interpreter import Interpreter


def entry_value(interpreter: Interpreter, module: Module, entry: str | None) -> tuple[Any, str]:
    """Return the model of an entry, and what is to be said about where its values come from; raise ModelFileError without one."""
    if entry is None:
        return _only(interpreter, module)
    try:
        node = ast.parse(entry.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ModelFileError(f"{quoted(entry)} is no class, function, variable or call", module.file) from None
    if isinstance(node, ast.Call):
        return interpreter.value(node, Scope(module, module.scope)), ""
    value = interpreter.value(node, module.scope)
    if isinstance(value, (Unknown, Imported)) and not isinstance(node, ast.Call):
        known = [name for name, each in module.scope.names.items() if _is_candidate(each)]
        hint = did_you_mean(entry, known) if known else ""
        raise ModelFileError(f"{quoted(entry)} is no model in it{hint}", module.file)
    return made(interpreter, value, _owner(interpreter, node, module))


def _owner(interpreter: Interpreter, node: ast.expr, module: Module) -> Any:
    """Return the class of ``Class.method``."""
    if isinstance(node, ast.Attribute):
        value = interpreter.value(node.value, module.scope)
        return value if isinstance(value, ClassValue) else None
    return None


def made(interpreter: Interpreter, value: Any, owner: Any = None) -> tuple[Any, str]:
    """Return what a class or function makes, with the arguments that the file itself gives it where it is called once."""
    if isinstance(value, ClassValue):
        return _made_by_class(interpreter, value)
    if isinstance(value, FunctionValue):
        cause = Cause(value.name, interpreter.place(value.node, value.scope))
        if owner is not None and value.instance is None and "staticmethod" not in value.decorators:
            value = value.bound(_made_by_class(interpreter, owner)[0])
        said = _said(interpreter, value.parameters)
        return interpreter.call(value, [] if said else list(value.told), said, cause), ""
    return value, ""


def _said(interpreter: Interpreter, names: Iterable[str]) -> dict[str, Any]:
    """Return the arguments that are set beside the program."""
    return {name: value for name in names if (value := interpreter.settings.named(name)) is not MISSING}


def _made_by_class(interpreter: Interpreter, cls: ClassValue) -> tuple[Any, str]:
    start = cls.find("__init__")
    given = [each for each in interpreter.instances if each.cls is cls and each.made]
    said = _said(interpreter, start.parameters) if isinstance(start, FunctionValue) else _said(interpreter, cls.fields)
    cause = Cause(cls.name, cls.place)
    different = {_arguments(each) for each in given}
    if len(different) > 1 and not said:
        lines = "; ".join(f"line {each.made[3].place.line}: {each.made[3].text[:80]}" for each in given[:5])
        raise ModelFileError(
            f"{cls.name} is made in different ways: {lines}; give one of them, as :'{cls.name}(...)'", cls.place.file
        )
    if given and not said:
        first = given[-1]
        return first, f"{cls.name} with the arguments of line {first.made[3].place.line}"
    positional, named, *_ = given[-1].made if len(different) == 1 else ((), {})
    names = start.positional[1:] if isinstance(start, FunctionValue) else list(cls.fields)
    arguments = dict(zip(names, positional, strict=False)) | named | said
    spare: dict[str, Any] = {}
    if isinstance(start, FunctionValue) and not given:
        spare = {name: value for name, value in _annotated(interpreter, cls, start).items() if name not in arguments}
    remark = ", ".join(f"{name} is {value.cls.name}() with its defaults" for name, value in spare.items())
    return interpreter.make(cls, [], arguments | spare, cause), remark


def _annotated(interpreter: Interpreter, cls: ClassValue, start: FunctionValue) -> dict[str, Any]:
    """Return, for each argument that is to be a configuration of the file whose values all have defaults, such a one."""
    found = {}
    declared = cls.find("config_class")
    for each in start.parameters.values():
        kind = interpreter.value(each.annotation, start.scope) if isinstance(each.annotation, ast.Name) else None
        kind = declared if each.arg == "config" and not isinstance(kind, ClassValue) else kind
        kind = _configuration(start.scope, each.arg) if each.annotation is None and kind in {None, MISSING} else kind
        if each.arg not in start.defaults and isinstance(kind, ClassValue) and _is_complete(kind):
            found[each.arg] = interpreter.make(kind, [], {}, Cause(each.arg, kind.place))
    return found


_CONFIGURATIONS = frozenset(
    {"config", "cfg", "conf", "configs", "hparams", "hp", "hps", "params", "args", "opt", "opts", "options", "hyperparameters"}
)


def _configuration(scope: Scope, name: str) -> ClassValue | None:
    """Return the class of the file whose objects an argument such as ``config`` is, where there is only one that it can be."""
    kinds = {
        each for each in scope.module.scope.names.values() if isinstance(each, ClassValue) and each.name.lower() in _CONFIGURATIONS
    }
    return next(iter(kinds)) if name.lower() in _CONFIGURATIONS and len(kinds) == 1 else None


def _is_complete(cls: ClassValue) -> bool:
    """Return whether an object of a class without layers can be made without an argument."""
    start = cls.find("__init__")
    if module_family(cls) is not None:
        return False
    if isinstance(start, FunctionValue):
        return set(start.positional[1:]) <= set(start.defaults)
    values = [name for name, value in cls.scope.names.items() if not isinstance(value, FunctionValue) and not name.startswith("_")]
    return bool(cls.fields or values) and all(cls.find(name) is not MISSING for name in cls.fields)


def _arguments(instance: Instance) -> str:
    positional, named, *_ = instance.made
    return repr([_shown(each) for each in positional]) + repr(sorted((name, _shown(each)) for name, each in named.items()))


def _shown(value: Any) -> Any:
    if isinstance(value, Unknown):
        return [cause.text for cause in value.causes]
    plain = isinstance(value, (int, float, str, bool, tuple, list, dict, type(None))) and is_small(value)
    return value if plain else type(value).__name__


def _is_candidate(value: Any) -> bool:
    if isinstance(value, MadeLayer):
        return value.name not in WEIGHTLESS and not value.name.endswith("Loss")
    if isinstance(value, KerasModel):
        return True
    if isinstance(value, ClassValue):
        return module_family(value) is not None
    return isinstance(value, Instance) and value.cls is not None and bool(module_family(value.cls))


def _only(interpreter: Interpreter, module: Module) -> tuple[Any, str]:
    """Return the only model of a program, or the one that no other uses."""
    names = module.scope.names
    variables = {name: value for name, value in names.items() if _is_candidate(value) and not isinstance(value, ClassValue)}
    top = _unused(variables) or _transformed(names)
    if len(top) == 1:
        return made(interpreter, next(iter(top.values())))
    classes = {name: value for name, value in names.items() if isinstance(value, ClassValue) and value.scope.module is module}
    models = {name: value for name, value in classes.items() if module_family(value)}
    if not top:
        found: dict[str, Any] = dict(_not_used_by(models, interpreter.instances))
        functions = {
            name: value for name, value in names.items() if isinstance(value, FunctionValue) and value.scope.module is module
        }
        found = found or {name: value for name, value in {**classes, **functions}.items() if makes_layers(value)}
        found = found or {name: value for name, value in classes.items() if _keeps_weights(value)}
        if len(found) == 1:
            return made(interpreter, next(iter(found.values())))
        top = found
    if not top:
        last = _last_expression(interpreter, module)
        if last is not None:
            return last, ""
        top = _not_used_by(_made_here(interpreter, module), interpreter.instances)
        if len(top) == 1:
            return made(interpreter, next(iter(top.values())))
    if not top:
        raise ModelFileError(
            "has no model: no layers of a framework that is known, and no class or function that makes some", module.file
        )
    lines = {name: value.node.lineno if isinstance(value, FunctionValue) else value.place.line for name, value in top.items()}
    listed = ", ".join(f"{name} (line {line})" for name, line in list(lines.items())[:8])
    first = next(iter(top))
    raise ModelFileError(f"has several models: {listed}; name one, as {module.file}:{first}", module.file)


def _transformed(names: dict[str, Any]) -> dict[str, Any]:
    """Return the functions that a program initialises, as Haiku's transform lets it."""
    found = {id(each.node): each for each in names.values() if isinstance(each, FunctionValue) and each.told}
    return {each.name: each for each in found.values()}


def _made_here(interpreter: Interpreter, module: Module) -> dict[str, ClassValue]:
    """Return the classes of modules from other files of which the functions of a program make objects."""
    here = [each for each in interpreter.instances if each.made and each.made[3].place.file == module.file]
    return {each.cls.name: each.cls for each in here if each.cls is not None and module_family(each.cls)}


def _unused(variables: dict[str, Any]) -> dict[str, Any]:
    """Return the models that are not inside another one; two names of one model are one."""
    inside = {id(each) for value in variables.values() for _, each in owners(value) if each is not value}
    for value in variables.values():
        if isinstance(value, Instance):
            inside |= {id(each) for each in value.attributes.values() if isinstance(each, (Instance, MadeLayer, KerasModel))}
        if isinstance(value, KerasModel):
            inside |= within(value) - {id(value)}
    if any(isinstance(value, KerasModel) for value in variables.values()):
        inside |= {id(value) for value in variables.values() if isinstance(value, Instance) and "variables" in value.notes}
    found: dict[int, tuple[str, Any]] = {}
    for name, value in variables.items():
        if id(value) not in inside:
            found.setdefault(id(value), (name, value))
    return dict(found.values())


def _not_used_by(classes: dict[str, ClassValue], instances: list[Instance]) -> dict[str, ClassValue]:
    """Return the classes that no other one makes or inherits from, and whose objects are no parts of others."""
    parts = {id(part) for each in instances for part in each.attributes.values() if isinstance(part, Instance)}
    used = {each.cls.name for each in instances if each.cls is not None and id(each) in parts}
    for name, cls in classes.items():
        words = {node.id for node in ast.walk(cls.node) if isinstance(node, ast.Name)}
        used |= {other for other in words if other != name}
    return {name: cls for name, cls in classes.items() if name not in used}


def makes_layers(value: Any) -> bool:
    """Return whether a class or function makes layers, as far as its text shows."""
    words = {node.id for node in ast.walk(value.node) if isinstance(node, ast.Name)}
    words |= {node.attr for node in ast.walk(value.node) if isinstance(node, ast.Attribute)}
    return bool(words & {"Sequential", "Model", "LSTM", "GRU", "SimpleRNN", "Linear", "RNN", "VanillaRNN", "LSTMCell", "GRUCell"})


def _keeps_weights(cls: ClassValue) -> bool:
    """Return whether a class keeps arrays by name as its weights: ``self.weights = {...}``."""
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Dict)
        and any(isinstance(target, ast.Attribute) and target.attr == "weights" for target in node.targets)
        for node in ast.walk(cls.node)
    )


def _last_expression(interpreter: Interpreter, module: Module) -> Any:
    """Return the layers or the model that stand alone, as in a single call; what is kept in names without them."""
    found = [_alone(interpreter, node.value, module.scope) for node in module.tree.body if isinstance(node, ast.Expr)]
    found = [each for each in found if isinstance(each, _MODELS)]
    if len(found) > 1 and all(isinstance(each, MadeLayer) for each in found):
        return Instance(None, found[0].place, **{str(at): each for at, each in enumerate(found)})
    if found:
        return found[-1]
    owner = module.scope.names.get("self")
    if isinstance(owner, Instance) and owners(list(owner.attributes.values())):
        return owner
    kept: list[Any] = [each for each in module.scope.names.values() if isinstance(each, (MadeLayer, MadeKerasLayer, KerasTensor))]
    kept = kept or [_alone(interpreter, node.value, module.scope) for node in module.tree.body if isinstance(node, ast.Assign)]
    return next((each for each in reversed(kept) if isinstance(each, _MODELS)), None)


_MODELS = (MadeLayer, Instance, KerasModel, MadeKerasLayer, KerasTensor)


def _alone(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Any:
    """Return the value of an expression that makes a model; of a layer that is called on what is not known, the layer."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"summary", "compile", "build"}:
        node = node.func.value
    value = interpreter.value(node, scope)
    if isinstance(value, Unknown) and isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
        return interpreter.value(node.func, scope)
    return value

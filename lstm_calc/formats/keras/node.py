"""One object of a Keras config, read with care: every error names the file and the key."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from lstm_calc.errors import ModelError, ModelFileError, did_you_mean, printable, quoted
from lstm_calc.formats.keras.dialect import arguments_today, class_today
from lstm_calc.frozen import Record
from lstm_calc.model import MAX_LAYERS
from lstm_calc.model.rules import count

Shape = tuple[int | None, ...]
"""Sizes with the batch first; None where one is not known."""

_MAX_RANK = 8
_INSIDE = frozenset({"layer", "layers", "cell", "cells"})
_HOMES = {"keras", "tf_keras", "tensorflow", "builtins"}
_MODELS = {"Sequential", "Functional"}


def name_of(text: Any) -> str | None:
    """Return a name of the author's, made to fit in every format; None where there is none.

    >>> name_of("my layer"), name_of(None)
    ('my_layer', None)
    """
    return (re.sub(r"[^A-Za-z0-9_./-]", "_", text[:200]).lstrip("./-") or None) if isinstance(text, str) else None


def path_of(text: Any) -> str | None:
    """Return a name of the author's as it stands in the paths of weights; None where there is none.

    >>> path_of("my layer"), path_of("my 'layer'")
    ('my layer', 'my _layer_')
    """
    return (
        (re.sub(r"[^A-Za-z0-9_./ +:()\[\],#@-]", "_", text[:200]).lstrip("./- +:()[],#@") or None)
        if isinstance(text, str)
        else None
    )


class ConfigObject(Record):
    """The values of one object, the file and the key it stands under, and whether all above it are trained."""

    values: dict[str, Any]
    file: str
    place: str = ""
    trained: bool = True

    def error(self, message: str, key: str = "") -> ModelFileError:
        """Return an error at this object, or at one of its keys."""
        return ModelFileError(message, self.file, self._at(key))

    def _at(self, key: str) -> str:
        return ".".join(part for part in (self.place, key) if part)

    def _inner(self, value: Any, key: str) -> ConfigObject:
        if not isinstance(value, dict):
            raise self.error(f"must be a table, not {quoted(value)}" if value is not None else "missing", key)
        return ConfigObject(value, self.file, self._at(key), self.trained)

    def node(self, key: str) -> ConfigObject:
        """Return the object under a key."""
        return self._inner(self.values.get(key), key)

    def nodes(self, key: str) -> list[ConfigObject]:
        """Return the objects in the list under a key."""
        found = self.values.get(key)
        if not isinstance(found, list):
            raise self.error(f"must be a list, not {quoted(found)}" if found is not None else "missing", key)
        if len(found) > MAX_LAYERS:
            raise self.error(f"a model has at most {MAX_LAYERS:,} layers", key)
        return [self._inner(value, f"{key}[{position}]") for position, value in enumerate(found)]

    @property
    def class_name(self) -> str:
        """The class of a layer, by its name of today."""
        name = self.values.get("class_name")
        if not isinstance(name, str):
            raise self.error("a layer needs the name of its class", "class_name")
        return class_today(name)

    @property
    def is_custom(self) -> bool:
        """Whether the class is its author's and not of Keras, whatever its name."""
        module, registered = self.values.get("module") or "keras", str(self.values.get("registered_name"))
        return str(module).partition(".")[0] not in _HOMES or ">" in registered

    @cached_property
    def config(self) -> ConfigObject:
        """The arguments of a layer under their names of today, and whether its weights are trained.

        Keras 2 asks the layer and all around it; Keras 3, known by its policies, the layer that has the weights and the model.
        """
        given = self.values.get("config")
        whole = self.class_name in _MODELS and isinstance(given, list)
        config = ConfigObject({"layers": given}, self.file, self._at("config"), self.trained) if whole else self.node("config")
        config = config.replace(values=arguments_today(self.class_name, config.values))
        dtype = config.values.get("dtype")
        policy = isinstance(dtype, dict) and dtype.get("class_name") == "DTypePolicy"
        around = bool(policy and self.place) and not _INSIDE.isdisjoint(config.values)
        trainable = config.flag("trainable", default=True)
        return config.replace(trained=self.trained and (around or trainable))

    @property
    def label(self) -> str:
        """The layer's own name, else its class."""
        own = self.values.get("name")
        name = own if isinstance(own, str) else self.config.values.get("name")
        return name if isinstance(name, str) else self.class_name

    @property
    def shown(self) -> str:
        """The layer's own name, else its class, as it may stand in a sentence."""
        return printable(self.label)

    @property
    def name(self) -> str | None:
        """The layer's own name, made to fit in every format."""
        return name_of(self.config.values.get("name"))

    @property
    def path(self) -> str | None:
        """The layer's own name, as it stands in the paths of weights."""
        return path_of(self.config.values.get("name"))

    def flag(self, key: str, *, default: bool) -> bool:
        """Return the truth value under a key."""
        value = self.values.get(key)
        if not isinstance(value, bool | None):
            raise self.error(f"must be true or false, not {quoted(value)}", key)
        return default if value is None else value

    def only(self, known: frozenset[str], what: str) -> None:
        """Refuse a key that is not known: it might change what is counted."""
        for key in self.values:
            if key not in known:
                hint = did_you_mean(key, known).partition("; known are")[0]
                raise self.error(f"unknown key for {what}{hint}", key)

    def shape(self, key: str) -> Shape | None:
        """Return the shape under a key, None where there is none; ``items`` holds that of tf.keras."""
        value = self.values.get(key)
        value = value.get("items") if isinstance(value, dict) else value
        if value is None:
            return None
        if not isinstance(value, list) or not 1 <= len(value) <= _MAX_RANK:
            raise self.error(f"{quoted(value)} is not the shape of one input", key)
        try:
            return tuple(None if size is None else count("a size", size) for size in value)
        except ModelError as error:
            raise self.error(str(error), key) from None

    @property
    def unbuilt(self) -> ConfigObject:
        """The same without the shapes that it was built on."""
        return self.replace(values={key: value for key, value in self.values.items() if key != "build_config"})

    @property
    def built_on(self) -> tuple[Shape | None, ...]:
        """The shapes of the inputs that the layer was built on, as Keras 3 writes them down; none where it does not."""
        built = self.values.get("build_config")
        if not isinstance(built, dict):
            return ()
        config = ConfigObject(built, self.file, self._at("build_config"))
        found = built.get("input_shape")
        if isinstance(found, list) and found and all(isinstance(each, list) for each in found):
            shapes = [shape for each in found for shape in (each if each and isinstance(each[0], list) else [each])]
            return tuple(ConfigObject({"input_shape": each}, config.file, config.place).shape("input_shape") for each in shapes)
        return (config.shape("input_shape"),) if found else ()

    @property
    def declared(self) -> Shape | None:
        """The shape that a layer declares for its input, wherever its dialect writes that."""
        config = self.config
        keys = ("batch_shape", "batch_input_shape", "build_input_shape")
        (built, *_) = (*self.built_on, None)
        return built or next((shape for key in keys if (shape := config.shape(key))), None)

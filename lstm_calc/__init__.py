"""LSTM parameter and shape calculator: a model in, its parameters out, gate by gate.

    from lstm_calc import LSTM, Dense, Model, params

    params(Model([LSTM(32), Dense(10)], input_dim=32)).total

Reading order: errors, frozen, model, equations, frameworks, formats, runs, operations, questions, weights, render, cli.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lstm_calc.folders import modules_in

if TYPE_CHECKING:
    from lstm_calc.errors import CheckpointError as CheckpointError
    from lstm_calc.errors import FrameworkError as FrameworkError
    from lstm_calc.errors import LstmCalcError as LstmCalcError
    from lstm_calc.errors import ModelError as ModelError
    from lstm_calc.errors import WeightsError as WeightsError
    from lstm_calc.formats.modelfile import dumps as dumps
    from lstm_calc.formats.reading import load as load
    from lstm_calc.formats.reading import read as read
    from lstm_calc.formats.reading import read_template as read_template
    from lstm_calc.frameworks.counting import count as count
    from lstm_calc.model.budget import Budget as Budget
    from lstm_calc.model.layers import *  # noqa: F403 - for type checkers: all that __getattr__ gives
    from lstm_calc.model.layers.recurrent import *  # noqa: F403 - as above
    from lstm_calc.model.model import Model as Model
    from lstm_calc.questions.arguments import arguments as arguments
    from lstm_calc.questions.check import check as check
    from lstm_calc.questions.code import code as code
    from lstm_calc.questions.compare import compare as compare
    from lstm_calc.questions.cost import cost as cost
    from lstm_calc.questions.diagram import diagram as diagram
    from lstm_calc.questions.difference import difference as difference
    from lstm_calc.questions.explain import explain as explain
    from lstm_calc.questions.forecast import forecast as forecast
    from lstm_calc.questions.inspect import inspect as inspect
    from lstm_calc.questions.params import params as params
    from lstm_calc.questions.port import port_plan as port_plan
    from lstm_calc.questions.port.arrays import port as port
    from lstm_calc.questions.shapes import shapes as shapes
    from lstm_calc.questions.solve import solve as solve
    from lstm_calc.questions.summary import summary as summary
    from lstm_calc.questions.sweep import sweep as sweep
    from lstm_calc.questions.tensors import tensors as tensors
    from lstm_calc.questions.verify import verify as verify
    from lstm_calc.schemas import schema as schema

_HOMES = {
    "errors": ("CheckpointError", "FrameworkError", "LstmCalcError", "ModelError", "WeightsError"),
    "formats.modelfile": ("dumps",),
    "formats.reading": ("load", "read", "read_template"),
    "frameworks.counting": ("count",),
    "model.budget": ("Budget",),
    "questions.difference": ("difference",),
    "questions.port": ("port_plan",),
    "questions.port.arrays": ("port",),
    "schemas": ("schema",),
}
"""Public names by the module that defines them, which is imported when one is first asked for.

What a command answers is here under the name of the command without being listed: ``params`` is in ``questions/params.py``.
"""


def _questions() -> set[str]:
    """Return the commands whose question is a module of their name; the name of one of our own folders stays that."""
    here = list(__path__)  # noqa: F405 - it is no name of a star import, but of every package
    commands, questions, own = (modules_in([place + folder for place in here]) for folder in ("/cli/commands", "/questions", ""))
    return set(commands).intersection(questions).difference(own)


def _public_names() -> list[str]:
    from lstm_calc.model import __all__ as of_model

    return sorted({*of_model, *(name for names in _HOMES.values() for name in names), *_questions()})


def __getattr__(name: str) -> Any:
    """Return a public name; those of the model, the layers among them, are what :mod:`lstm_calc.model` exports."""
    if name == "__all__":
        return _public_names()
    otherwise = f"questions.{name}" if name in _questions() else "model"
    home = next((module for module, names in _HOMES.items() if name in names), otherwise)
    try:
        value = globals()[name] = getattr(import_module(f"lstm_calc.{home}"), name)
    except AttributeError:
        raise AttributeError(f"module 'lstm_calc' has no attribute {name!r}") from None
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), "__all__", *_public_names()})

"""LSTM parameter and shape calculator: a model in, its parameters out, gate by gate.

    from lstm_calc import LSTM, Dense, Model, params

    params(Model([LSTM(32), Dense(10)], input_dim=32)).total

Reading order: errors, frozen, model, equations, frameworks, formats, runs, operations, questions, weights, render, report, cli.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    from lstm_calc.model import CRF as CRF
    from lstm_calc.model import GRU as GRU
    from lstm_calc.model import LSTM as LSTM
    from lstm_calc.model import MGU as MGU
    from lstm_calc.model import RNN as RNN
    from lstm_calc.model import Activation as Activation
    from lstm_calc.model import Add as Add
    from lstm_calc.model import AdditiveAttention as AdditiveAttention
    from lstm_calc.model import Attention as Attention
    from lstm_calc.model import Average as Average
    from lstm_calc.model import BatchNorm as BatchNorm
    from lstm_calc.model import Concat as Concat
    from lstm_calc.model import Conv as Conv
    from lstm_calc.model import ConvGRU as ConvGRU
    from lstm_calc.model import ConvLSTM as ConvLSTM
    from lstm_calc.model import ConvTranspose as ConvTranspose
    from lstm_calc.model import Crop as Crop
    from lstm_calc.model import Dense as Dense
    from lstm_calc.model import DepthwiseConv as DepthwiseConv
    from lstm_calc.model import Dot as Dot
    from lstm_calc.model import Dropout as Dropout
    from lstm_calc.model import EinsumDense as EinsumDense
    from lstm_calc.model import Embedding as Embedding
    from lstm_calc.model import ExpandDims as ExpandDims
    from lstm_calc.model import Flatten as Flatten
    from lstm_calc.model import GlobalPool as GlobalPool
    from lstm_calc.model import GroupNorm as GroupNorm
    from lstm_calc.model import Index as Index
    from lstm_calc.model import Input as Input
    from lstm_calc.model import LayerNorm as LayerNorm
    from lstm_calc.model import LocallyConnected as LocallyConnected
    from lstm_calc.model import Masking as Masking
    from lstm_calc.model import MatMul as MatMul
    from lstm_calc.model import Maximum as Maximum
    from lstm_calc.model import Minimum as Minimum
    from lstm_calc.model import Model as Model
    from lstm_calc.model import MultiHeadAttention as MultiHeadAttention
    from lstm_calc.model import Multiply as Multiply
    from lstm_calc.model import Nested as Nested
    from lstm_calc.model import Normalization as Normalization
    from lstm_calc.model import Other as Other
    from lstm_calc.model import Pad as Pad
    from lstm_calc.model import Permute as Permute
    from lstm_calc.model import Pool as Pool
    from lstm_calc.model import PReLU as PReLU
    from lstm_calc.model import Reduce as Reduce
    from lstm_calc.model import RepeatVector as RepeatVector
    from lstm_calc.model import Reshape as Reshape
    from lstm_calc.model import RMSNorm as RMSNorm
    from lstm_calc.model import SeparableConv as SeparableConv
    from lstm_calc.model import Shared as Shared
    from lstm_calc.model import Split as Split
    from lstm_calc.model import Stack as Stack
    from lstm_calc.model import Subtract as Subtract
    from lstm_calc.model import Transpose as Transpose
    from lstm_calc.model import Upsample as Upsample
    from lstm_calc.questions.arguments import arguments as arguments
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
    from lstm_calc.questions.port_arrays import port as port
    from lstm_calc.questions.shapes import shapes as shapes
    from lstm_calc.questions.solve import solve as solve
    from lstm_calc.questions.summary import summary as summary
    from lstm_calc.questions.sweep import sweep as sweep
    from lstm_calc.questions.tensors import tensors as tensors
    from lstm_calc.questions.verify import verify as verify
    from lstm_calc.schemas import schema as schema

_HOMES = {
    "errors": ("CheckpointError", "FrameworkError", "LstmCalcError", "ModelError", "WeightsError"),
    "frameworks.counting": ("count",),
    "model": (
        *("Activation", "Add", "AdditiveAttention", "Attention", "Average", "BatchNorm", "CRF", "Concat"),
        *("Conv", "ConvGRU", "ConvLSTM", "ConvTranspose", "Crop", "Dense", "DepthwiseConv", "Dot"),
        *("Dropout", "EinsumDense", "Embedding", "ExpandDims", "Flatten", "GRU", "GlobalPool", "GroupNorm"),
        *("Index", "Input", "LSTM", "LayerNorm", "LocallyConnected", "MGU", "Masking", "MatMul", "Maximum"),
        *("Minimum", "Model", "MultiHeadAttention", "Multiply", "Nested", "Normalization", "Other", "PReLU", "Pad"),
        *("Permute", "Pool", "RMSNorm", "RNN", "Reduce", "RepeatVector", "Reshape", "SeparableConv"),
        *("Shared", "Split", "Stack", "Subtract", "Transpose", "Upsample"),
    ),
    "formats.modelfile": ("dumps",),
    "formats.reading": ("load", "read", "read_template"),
    "questions.difference": ("difference",),
    "questions.explain": ("explain",),
    "questions.code": ("code",),
    "questions.compare": ("compare",),
    "questions.cost": ("cost",),
    "questions.diagram": ("diagram",),
    "questions.arguments": ("arguments",),
    "questions.forecast": ("forecast",),
    "questions.inspect": ("inspect",),
    "questions.params": ("params",),
    "questions.solve": ("solve",),
    "questions.summary": ("summary",),
    "questions.sweep": ("sweep",),
    "questions.shapes": ("shapes",),
    "questions.port": ("port_plan",),
    "questions.tensors": ("tensors",),
    "questions.verify": ("verify",),
    "schemas": ("schema",),
    "questions.port_arrays": ("port",),
}
"""The public names by the module that defines them, which is imported when one is first asked for."""

__all__ = sorted(name for names in _HOMES.values() for name in names)  # noqa: PLE0605  a list, as it should be


def __getattr__(name: str) -> Any:
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'lstm_calc' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"lstm_calc.{home}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

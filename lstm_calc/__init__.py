"""LSTM parameter and shape calculator: a model in, its parameters out, gate by gate.

    from lstm_calc import LSTM, Dense, Model, params

    params(Model([LSTM(32), Dense(10)], input_dim=32)).total

Reading order: errors, cells, model, notation, modelfile, frameworks, tensors, params, report, render, cli.
"""

from __future__ import annotations

from lstm_calc.errors import FrameworkError, LstmCalcError, ModelError
from lstm_calc.model import GRU, LSTM, RNN, ConvLSTM, Dense, Embedding, Model, RepeatVector
from lstm_calc.params import params
from lstm_calc.tensors import count, tensors

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "ConvLSTM",
    "Dense",
    "Embedding",
    "FrameworkError",
    "LstmCalcError",
    "Model",
    "ModelError",
    "RepeatVector",
    "count",
    "params",
    "tensors",
]

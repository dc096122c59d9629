import torch.nn as nn
from enum import Enum, auto


class Kind(Enum):
    LSTM = auto()
    GRU = auto()
    TANH = auto()


def make(kind, *a, **k):
    match kind:
        case Kind.LSTM:
            return nn.LSTM(*a, **k)
        case Kind.GRU:
            return nn.GRU(*a, **k)
        case Kind.TANH:
            return nn.RNN(*a, **k)


class Model(nn.Module):
    def __init__(self, *dims, kinds=(Kind.LSTM, Kind.GRU)):
        super().__init__()
        self.blocks = nn.ModuleList()
        for kind, (i, o) in zip(kinds, zip(dims, dims[1:])):
            self.blocks.append(make(kind, i, o, batch_first=True))
        self.fc = nn.Linear(dims[-1], 10)


model = Model(28, 128, 64)

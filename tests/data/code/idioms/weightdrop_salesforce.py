import torch
import torch.nn as nn
from torch.nn import Parameter


class Wrapped(nn.Module):
    """Keeps raw copies of some weights of a module."""

    def __init__(self, module, weights):
        super().__init__()
        self.module = module
        self.weights = weights
        for name_w in self.weights:
            w = getattr(self.module, name_w)
            self.register_parameter(f'{name_w}_raw', nn.Parameter(w.data))

    def forward(self, *args):
        return self.module(*args)


model = nn.Sequential(nn.Embedding(100, 20), Wrapped(nn.LSTM(20, 30), ['weight_hh_l0']))

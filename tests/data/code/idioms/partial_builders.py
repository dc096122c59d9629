import functools
from functools import partial, reduce
import operator
import torch
import torch.nn as nn

LSTM = functools.partial(nn.LSTM, batch_first=True, bias=False)
Conv = partial(nn.Conv1d, kernel_size=3, padding=1)


class Net(nn.Module):
    norm_layer = partial(nn.GroupNorm, 4)

    def __init__(self, shape=(3, 8), width=16, act=nn.GELU):
        super().__init__()
        flat = reduce(operator.mul, shape)
        self.c = nn.Sequential(Conv(flat, width), self.norm_layer(width), act(), Conv(width, width * 2, bias=False), act())
        self.r = LSTM(width * 2, hidden_size=width, num_layers=2)
        self.o = nn.Linear(width, 1)


model = Net()

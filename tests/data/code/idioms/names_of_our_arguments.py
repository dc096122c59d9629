from types import SimpleNamespace
from functools import partial
from dataclasses import dataclass, replace
import torch.nn as nn

cfg = SimpleNamespace(cls="GRU", place=3, self=4, interpreter=7)
@dataclass
class C:
    value: int = 3
    holder: int = 4
c = replace(C(), value=8)
def make(a, function=None, interpreter=None): return nn.Linear(a, interpreter)
mk = partial(make, function=nn.ReLU, interpreter=6)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = getattr(nn, cfg.cls)(cfg.place, cfg.self)
        self.fc = nn.Linear(c.value, cfg.interpreter)
        self.fc2 = mk(5)
        self.vars = vars(nn)["LSTM"](3, 4)
        self.d = nn.__dict__["Linear"](3, 4)
m = Net()

import torch.nn as nn
from dataclasses import dataclass, asdict
@dataclass
class Cfg:
    n_in: int = 9
    n_hid: int = 33
    n_out: int = 2
class Net(nn.Module):
    def __init__(self, n_in, n_hid, n_out):
        super().__init__()
        self.rnn = nn.LSTM(n_in, n_hid)
        self.out = nn.Linear(n_hid, n_out)
    @classmethod
    def from_config(cls, cfg):
        return cls(**asdict(cfg))
model = Net.from_config(Cfg(n_hid=40))

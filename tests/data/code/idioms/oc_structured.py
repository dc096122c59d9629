from dataclasses import dataclass, field
import torch.nn as nn
from omegaconf import OmegaConf, MISSING


@dataclass
class RNNConf:
    kind: str = "GRU"
    hidden: int = 48
    layers: int = 2


@dataclass
class Conf:
    rnn: RNNConf = field(default_factory=RNNConf)
    n_in: int = 6
    n_out: int = 2


base = OmegaConf.structured(Conf)
override = OmegaConf.create("rnn: {hidden: 80}\nn_out: 3")
conf = OmegaConf.merge(base, override)


class Net(nn.Module):
    def __init__(self, n_in, n_out, rnn):
        super().__init__()
        self.rnn = getattr(nn, rnn.kind)(n_in, rnn.hidden, rnn.layers)
        self.out = nn.Linear(rnn.hidden, n_out)


model = Net(**conf)

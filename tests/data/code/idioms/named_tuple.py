import torch.nn as nn
from collections import namedtuple
from typing import NamedTuple
HP = namedtuple('HP', ['emb', 'hid', 'n'])
hp = HP(emb=32, hid=64, n=100)
class H2(NamedTuple):
    layers: int = 2
h2 = H2()
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(hp.n, hp.emb)
        self.r = nn.GRU(hp.emb, hp.hid, h2.layers)

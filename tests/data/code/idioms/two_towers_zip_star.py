import torch.nn as nn
from itertools import chain, product, pairwise, repeat, accumulate

dims = [10, 20, 40]


class Towers(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.ModuleList([nn.LSTM(a, b) for a, b in pairwise(dims)])
        self.right = nn.ModuleList([nn.Linear(a, b) for a, b in product((2, 3), repeat=2)])
        self.mid = nn.Sequential(*chain.from_iterable((nn.Linear(40, 40), nn.Tanh()) for _ in range(2)))
        ins, outs = zip(*[(1, 2), (3, 4)])
        self.end = nn.ModuleList(map(nn.Linear, ins, outs))
        for i, (k, v) in enumerate(sorted({"b": 3, "a": 2}.items(), key=lambda t: t[1]), start=1):
            setattr(self, f"{k}_{i:02d}", nn.GRUCell(v, v * i))
        self.acc = nn.ModuleList(nn.Linear(n, 1) for n in accumulate([1, 2, 3]))
        *_, last = dims
        self.fc = nn.Linear(last, any(d > 30 for d in dims) + sum(1 for d in dims if d % 20 == 0))

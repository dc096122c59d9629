import torch.nn as nn


class Base(nn.Module):
    def __init__(self):
        super().__init__()

    @property
    def in_dim(self):
        raise NotImplementedError

    @property
    def num_params(self):
        return sum(p.numel() for p in self.parameters())


class Net(Base):
    def __init__(self, n_in, sizes):
        super().__init__()
        self._n_in = n_in
        self._sizes = list(sizes)
        self.rnns = nn.ModuleList([nn.GRU(a, b) for a, b in self.pairs()])
        self.fc = nn.Linear(self.out_dim, self.in_dim)

    @property
    def in_dim(self):
        return self._n_in

    @property
    def out_dim(self):
        return self._sizes[-1]

    def pairs(self):
        prev = self.in_dim
        for s in self._sizes:
            yield prev, s
            prev = s


m = Net(8, [16, 32])
print(f"{m.num_params:,} parameters")

import torch.nn as nn


class StackedGRU(nn.Module):
    def __init__(self, n_in, sizes, n_out):
        super(StackedGRU, self).__init__()
        self.n = len(sizes)
        for i, size in enumerate(sizes):
            self.add_module('gru_%d' % i, nn.GRU(n_in, size, batch_first=True))
            self.add_module('norm_{}'.format(i), nn.LayerNorm(size, eps=1e-6))
            n_in = size
        self.add_module("out", nn.Linear(n_in, n_out))

    def forward(self, x):
        for i in range(self.n):
            x, _ = getattr(self, 'gru_%d' % i)(x)
            x = getattr(self, 'norm_{}'.format(i))(x)
        return self.out(x)


net = StackedGRU(9, [64, 32, 16], 4)

import torch.nn as nn
class RNNs(nn.Module):
    def __init__(self, mode='gru', n_in=40, n_hid=64, depth=3, bi=True):
        super().__init__()
        rnn = getattr(nn, mode.upper())
        self.n_dir = int(bi) + 1
        for i in range(depth):
            setattr(self, "l%d" % i, rnn(n_in, n_hid, bidirectional=bi))
            n_in = n_hid * self.n_dir
        self.out = nn.Linear(n_in, 10)
net = RNNs('lstm')

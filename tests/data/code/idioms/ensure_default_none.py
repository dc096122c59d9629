import torch.nn as nn
class LM(nn.Module):
    def __init__(self, n_in, hidden=None, out=None):
        super().__init__()
        hidden = hidden or 2 * n_in
        out = n_in if out is None else out
        self.r = nn.GRU(n_in, hidden)
        self.o = nn.Linear(hidden, out)

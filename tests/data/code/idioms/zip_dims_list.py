import torch.nn as nn
class Stack(nn.Module):
    def __init__(self, dims=(8, 16, 32), out=3, dropout=0.0):
        super().__init__()
        self.rnns = nn.ModuleList()
        for i, (a, b) in enumerate(zip(dims, dims[1:])):
            self.rnns.append(nn.GRU(a, b, batch_first=True))
            if dropout > 0:
                self.rnns.append(nn.Dropout(dropout))
        self.norms = nn.ModuleList([nn.LayerNorm(d) for d in dims[1:]])
        self.out = nn.Linear(dims[-1], out)

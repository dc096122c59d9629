import torch
import torch.nn as nn


class Seq(nn.Module):
    def __init__(self, features, hiddens=(51, 51)):
        super(Seq, self).__init__()
        self.cells = nn.ModuleList()
        for h in hiddens:
            self.cells += [nn.LSTMCell(features, h)]
            features = h
        self.cells.extend(nn.GRUCell(features, features, bias=False) for _ in range(2))
        self.cells.insert(0, nn.LSTMCell(3, 7))
        self.linear = nn.Linear(in_features=self.cells[-1].hidden_size, out_features=1)

    def forward(self, x, future=0):
        outs = []
        for step in x.chunk(x.size(1), dim=1):
            pass
        return outs

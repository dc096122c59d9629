import numpy as np
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, shape, hidden=round(1.5 * 64), ratio=0.25):
        super().__init__()
        n = int(np.prod(shape))
        r = max(1, int(np.ceil(hidden * ratio)))
        self.u = nn.Linear(n, r, bias=False)
        self.g = nn.GRU(r, hidden, num_layers=int(np.log2(8)))
        self.theta = nn.Parameter(torch.from_numpy(np.zeros((hidden, 2))).float())
        self.A = nn.Parameter(torch.eye(hidden))
        self.mask = torch.ones(hidden)
        self.alpha = nn.Parameter(torch.tensor(0.5))
        self.beta = nn.Parameter(torch.tensor([0.1] * hidden))

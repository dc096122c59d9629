import torch, torch.nn as nn
class P(nn.Module):
    def __init__(self, n=4, h=32):
        super().__init__()
        self.cells = nn.ModuleList([nn.LSTMCell(8 if i == 0 else h, h) for i in range(n)])
        self.h0 = nn.ParameterList([nn.Parameter(torch.zeros(1, h)) for _ in range(n)])
        self.c0 = nn.ParameterList([nn.Parameter(torch.zeros(1, h), requires_grad=False) for _ in range(n)])
        self.register_parameter('scale', nn.Parameter(torch.ones(1)))
        self.register_buffer('pe', torch.zeros(100, h))
        self.tau = nn.Parameter(torch.tensor(0.5))

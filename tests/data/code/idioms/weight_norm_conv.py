import torch.nn as nn
from torch.nn.utils import weight_norm
class TCN(nn.Module):
    def __init__(self, n_in=8, chans=[16, 16], k=3):
        super().__init__()
        layers = []
        for i, c in enumerate(chans):
            d = 2 ** i
            layers += [weight_norm(nn.Conv1d(n_in if i == 0 else chans[i-1], c, k, padding=(k-1)*d, dilation=d)), nn.ReLU()]
        self.net = nn.Sequential(*layers)
        self.gru = nn.GRU(chans[-1], 20)

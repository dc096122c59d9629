import torch.nn as nn
from torch.nn.utils import spectral_norm
from torch.nn.utils.parametrizations import weight_norm as wn


class Disc(nn.Module):
    def __init__(self, nc=1, ndf=32, hidden=48):
        super().__init__()
        sn = spectral_norm
        self.convs = nn.Sequential(
            sn(nn.Conv1d(nc, ndf, 9, 2, 4)), nn.LeakyReLU(.2, True),
            sn(nn.Conv1d(ndf, ndf * 2, 9, 2, 4, bias=False)), nn.InstanceNorm1d(ndf * 2, affine=True), nn.LeakyReLU(.2, True),
        )
        self.rnn = nn.GRU(ndf * 2, hidden, batch_first=True)
        self.out = wn(nn.Linear(hidden, 1))

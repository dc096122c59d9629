from torch import nn
from . import blocks


class Encoder(nn.Module):
    def __init__(self, n_in, hid):
        super().__init__()
        self.hid = hid
        self.pre = blocks.Pre(n_in, hid)
        self.rnn = nn.LSTM(hid, hid, 2, dropout=blocks.P)

import torch.nn as nn
def lstm_block(inp, out, **kw):
    return nn.ModuleDict(dict(rnn=nn.LSTM(inp, out, **kw), norm=nn.BatchNorm1d(out)))
class Net(nn.Module):
    def __init__(self, widths=[3, 12, 24]):
        super().__init__()
        self.blocks = nn.ModuleList(lstm_block(i, o, bias=False) for i, o in zip(widths[:-1], widths[1:]))

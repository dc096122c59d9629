import torch.nn as nn
from opts import opt
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(opt.in_dim, opt.hid, 1, bidirectional=True)
        self.fc = nn.Linear(2*opt.hid, opt.n_classes)

import torch.nn as nn
from utils.layers import Attention
class Net(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.rnn = nn.LSTM(8, d)
        self.att = Attention(d)
        self.fc = nn.Linear(d, 2)
    def forward(self, x):
        return self.fc(self.att(self.rnn(x)[0]))

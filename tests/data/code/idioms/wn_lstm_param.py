import torch.nn as nn
from torch.nn.utils import weight_norm


class Model(nn.Module):
    def __init__(self, n=20, h=40):
        super(Model, self).__init__()
        self.lstm = weight_norm(nn.LSTM(n, h), name='weight_hh_l0')
        self.conv = weight_norm(nn.Conv1d(h, h, 3), dim=None)
        self.fc = nn.Linear(h, 2)

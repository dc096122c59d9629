import torch
from torch import nn, optim


class Net(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        for k, v in cfg.items():
            setattr(self, k, v)
        self.rnn = nn.LSTM(self.n_in, self.n_hid, self.n_layers, batch_first=self.batch_first)
        self.out = nn.Linear(self.n_hid, self.n_out)


class Trainer:
    config = {"n_in": 3, "n_hid": 24, "n_layers": 2, "n_out": 1, "batch_first": True}

    def __init__(self, lr=1e-3):
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = self.build_model().to(self.device)
        self.optim = optim.Adam(self.model.parameters(), lr=lr)

    def build_model(self):
        return Net(self.config)


trainer = Trainer()

import torch.nn as nn


class cfg:
    class data:
        n_feat = 9
        n_cls = 3

    class model:
        hid = 40
        layers = [1, 2]


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.rnns = nn.ModuleDict({
            f"l{n}": nn.LSTM(c.data.n_feat, c.model.hid, n) for n in c.model.layers
        })
        self.cls = nn.Linear(c.model.hid * len(self.rnns), c.data.n_cls)


net = Model(cfg)

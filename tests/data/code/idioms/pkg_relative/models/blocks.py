from torch import nn

P = 0.3


class Pre(nn.Sequential):
    def __init__(self, i, o):
        super().__init__(nn.Linear(i, o), nn.BatchNorm1d(o), nn.ReLU(), nn.Dropout(P))

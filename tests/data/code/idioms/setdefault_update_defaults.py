import torch.nn as nn
DEFAULTS = dict(hidden=32, layers=1, cell="lstm")
def make_net(n_in, **overrides):
    cfg = {**DEFAULTS, **overrides}
    cls = nn.LSTM if cfg["cell"] == "lstm" else nn.GRU
    return nn.ModuleDict({"rnn": cls(n_in, cfg["hidden"], cfg["layers"]), "head": nn.Linear(cfg["hidden"], 1)})
net = make_net(6, layers=2, cell="gru")

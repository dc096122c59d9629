import torch.nn as nn
from types import SimpleNamespace

cfg = SimpleNamespace(
    model=SimpleNamespace(d=128, n_heads=4, rnn=SimpleNamespace(cls="LSTM", n=2, bi=True)),
    data=SimpleNamespace(cols=["open", "high", "low", "close", "volume"], window=30),
)
cfg.data.n_features = len(cfg.data.cols)
cfg.model.rnn.out = cfg.model.d * 2 if cfg.model.rnn.bi else cfg.model.d


class Pooler(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.q = nn.Parameter(nn.init.normal_(nn.Linear(d, 1, bias=False).weight.clone(), std=0.02))
        self.mha = nn.MultiheadAttention(d, heads, batch_first=True, bias=False)


class Trader(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        m = cfg.model
        self.proj = nn.Sequential(nn.LayerNorm(cfg.data.n_features), nn.Linear(cfg.data.n_features, m.d), nn.SiLU())
        self.rnn = vars(nn)[m.rnn.cls](m.d, m.d, m.rnn.n, batch_first=True, bidirectional=m.rnn.bi)
        self.pool = Pooler(m.rnn.out, m.n_heads)
        self.heads = nn.ModuleDict({c: nn.Linear(m.rnn.out, 3) for c in cfg.data.cols if c != "volume"})


trader = Trader(cfg)

import torch.nn as nn

base = {"embed_dim": 64, "hidden": 128, "rnn": "gru", "n_layers": 1, "bi": False}
exp = {"n_layers": 2, "bi": True}
cfg = {**base, **exp, "vocab": 10 ** 3}
cfg |= {"n_cls": 4}
rnn_map = dict(gru=nn.GRU, lstm=nn.LSTM)


class Clf(nn.Module):
    def __init__(self, *, vocab, embed_dim, hidden, rnn, n_layers, bi, n_cls, **_):
        super().__init__()
        self.e = nn.Embedding(vocab, embed_dim)
        cls = rnn_map.get(rnn)
        if cls is None:
            raise KeyError(rnn)
        self.r = cls(embed_dim, hidden, num_layers=n_layers, bidirectional=bi)
        d = hidden << 1 if bi else hidden
        self.o = nn.Linear(d, n_cls)
        self.a = nn.Linear(d, d, bias=not bi)


model = Clf(**cfg)

import torch.nn as nn


class Base(nn.Module):
    def __init__(self, n_in=16, hidden=32, *, layers=1, bidirectional=False, **unused):
        super().__init__()
        self.hidden = hidden
        self.n_dir = 1 + bidirectional
        self.rnn = self.make_rnn(n_in, hidden, layers, bidirectional)
        self.head = nn.Linear(hidden * self.n_dir, self.n_out)

    n_out = 3

    def make_rnn(self, n_in, hidden, layers, bi):
        return nn.RNN(n_in, hidden, layers, bidirectional=bi)


class Child(Base):
    n_out = 7

    def __init__(self, vocab, **kwargs):
        kwargs.setdefault("layers", 2)
        super().__init__(bidirectional=True, **kwargs)
        self.emb = nn.Embedding(vocab, kwargs.get("n_in", 16))

    def make_rnn(self, n_in, hidden, layers, bi):
        return nn.GRU(n_in, hidden, layers, bidirectional=bi)


child = Child(vocab=100)

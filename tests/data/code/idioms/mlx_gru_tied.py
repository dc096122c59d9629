import mlx.core as mx
import mlx.nn as nn


class GRULM(nn.Module):
    def __init__(self, vocab, dims):
        super().__init__()
        self.emb = nn.Embedding(vocab, dims)
        self.gru = nn.GRU(dims, dims)
        self.rnn = nn.RNN(input_size=dims, hidden_size=dims, bias=False)

    def __call__(self, x):
        h = self.gru(self.emb(x))
        h = self.rnn(h)
        return self.emb.as_linear(h)


model = GRULM(vocab=145, dims=128)
mx.eval(model.parameters())

import json
import torch
import torch.nn as nn

word2idx = {"<pad>": 0, "<unk>": 1, "how": 2, "what": 3, "is": 4}
HIDDEN = 50
MLP_SIZES = [200, 64]


class TwinEncoder(nn.Module):
    def __init__(self, vocab, dim=300, hidden=HIDDEN):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim, padding_idx=0)
        self.emb.weight.requires_grad = False
        self.rnn = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)

    def forward(self, x):
        _, (h, _) = self.rnn(self.emb(x))
        return torch.cat([h[0], h[1]], -1)


class SiameseNetwork(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.encoder = TwinEncoder(vocab)
        dims = [HIDDEN * 2 * 4] + MLP_SIZES
        layers = []
        for d_in, d_out in zip(dims[:-1], dims[1:]):
            layers += [nn.Linear(d_in, d_out), nn.BatchNorm1d(d_out), nn.PReLU()]
        layers.append(nn.Linear(dims[-1], 1))
        self.mlp = nn.Sequential(*layers)

    def forward(self, a, b):
        u, v = self.encoder(a), self.encoder(b)
        return self.mlp(torch.cat([u, v, torch.abs(u - v), u * v], 1))


model = SiameseNetwork(len(word2idx))

import torch
import torch.nn as nn


class LanguageModel(nn.Module):
    def __init__(self, vocab, emb=200, hid=400, n=2):
        super().__init__()
        self.encoder = nn.Embedding(vocab, emb)
        self.rnn = nn.LSTM(emb, hid, n)
        self.decoder = nn.Linear(hid, vocab)


class Classifier(nn.Module):
    def __init__(self, lm, n_classes, freeze=True):
        super().__init__()
        self.encoder = lm.encoder
        self.rnn = lm.rnn
        if freeze:
            for module in (self.encoder, self.rnn):
                for p in module.parameters():
                    p.requires_grad = False
        self.pool_dim = 3 * self.rnn.hidden_size
        self.head = nn.Sequential(
            nn.BatchNorm1d(self.pool_dim), nn.Dropout(0.2), nn.Linear(self.pool_dim, 50), nn.ReLU(),
            nn.BatchNorm1d(50), nn.Dropout(0.1), nn.Linear(50, n_classes))


lm = LanguageModel(15000)
lm.load_state_dict(torch.load("lm.pt"))
clf = Classifier(lm, 4)
for name, p in clf.rnn.named_parameters():
    if name.endswith("l1"):
        p.requires_grad = True
clf.head[-1] = nn.Linear(clf.head[-1].in_features, 6)

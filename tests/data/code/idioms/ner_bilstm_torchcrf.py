import torch.nn as nn
from torchcrf import CRF


class NERTagger(nn.Module):
    def __init__(self, vocab, tags, emb=100, hid=200, n_layers=1, pdrop=.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb, padding_idx=0)
        self.bilstm = nn.LSTM(emb, hid // 2, n_layers, bidirectional=True, batch_first=True)
        self.dropout = nn.Dropout(pdrop)
        self.hidden2tag = nn.Linear(hid, tags)
        self.crf = CRF(tags, batch_first=True)

    def forward(self, x, y, mask):
        feats = self.hidden2tag(self.dropout(self.bilstm(self.embedding(x))[0]))
        return -self.crf(feats, y, mask)

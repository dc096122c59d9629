import torch.nn as nn
from types import SimpleNamespace
args = SimpleNamespace(**{"src_vocab": 300, "tgt_vocab": 320, "d": 64, "layers": 2, "drop": .1})
class Enc(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.emb = nn.Embedding(a.src_vocab, a.d)
        self.rnn = nn.LSTM(a.d, a.d, a.layers, dropout=a.drop)
class Dec(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.emb = nn.Embedding(a.tgt_vocab, a.d)
        self.rnn = nn.LSTM(a.d, a.d, a.layers, dropout=a.drop)
        self.proj = nn.Linear(a.d, a.tgt_vocab)
        self.proj.weight = self.emb.weight
class Model(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.enc, self.dec = Enc(a), Dec(a)
m = Model(args)

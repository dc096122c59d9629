import torch.nn as nn
class LM(nn.Module):
    def __init__(self, vocab, d=50, h=64):
        super().__init__()
        self.vocab = vocab
        n = self.vocab.size
        self.e = nn.Embedding(n, d)
        self.r = nn.GRU(d, h)
        self.o = nn.Linear(h, self.vocab.size)

import torch.nn as nn
class Tagger(nn.Module):
    def __init__(self, word2idx, tag2idx, d=50, h=64):
        super().__init__()
        self.e = nn.Embedding(len(word2idx), d)
        self.r = nn.LSTM(d, h, bidirectional=True)
        self.o = nn.Linear(2 * h, len(tag2idx))

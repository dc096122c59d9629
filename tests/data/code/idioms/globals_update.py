import torch.nn as nn
hp = dict(embed=64)
hp.update(hidden=128, layers=2)
hp['vocab'] = 1 << 10
class Net(nn.Module):
    def __init__(self, embed, hidden, layers, vocab):
        super().__init__()
        self.e = nn.Embedding(vocab, embed)
        self.r = nn.LSTM(embed, hidden, layers)
net = Net(**hp)

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.nn import init

class RNNEncoder(nn.Module):
    def __init__(self, opt, vocab):
        super(RNNEncoder, self).__init__()
        self.opt = opt
        V, E = len(vocab), opt["embed_dim"]
        self.embed = nn.Embedding(V, E)
        H = opt.get("hidden", 100)
        self.rnn = nn.LSTM(E, H, opt["layers"], batch_first=True, bidirectional=opt["bidirectional"])
        dirs = 2 if opt["bidirectional"] else 1
        self.proj = nn.Sequential(nn.Linear(H * dirs, H), nn.Tanh())
        for m in self.modules():
            if isinstance(m, nn.Linear):
                init.xavier_normal_(m.weight)
                m.bias.data.zero_()

import torch.nn as nn
class CharCNN(nn.Module):
    def __init__(self, n_chars, dim=25, filters=(25, 50), widths=(2, 3)):
        super().__init__()
        self.emb = nn.Embedding(n_chars, dim, padding_idx=0)
        self.convs = nn.ModuleList([nn.Conv1d(dim, f, w) for f, w in zip(filters, widths)])
        self.out_dim = sum(filters)
class Tagger(nn.Module):
    def __init__(self, n_chars, n_words, n_tags, **kw):
        super().__init__()
        self.chars = CharCNN(n_chars)
        self.words = nn.Embedding(n_words, 100)
        self.lstm = nn.LSTM(self.chars.out_dim + self.words.embedding_dim, 64, bidirectional=True, **kw)
        self.out = nn.Linear(self.lstm.hidden_size * 2, n_tags)
        self.trans = nn.Parameter(torch.empty(n_tags + 2, n_tags + 2))
import torch

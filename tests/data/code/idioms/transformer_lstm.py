import torch.nn as nn
class TL(nn.Module):
    def __init__(self, d=64, heads=4, layers=2, ff=128, vocab=100):
        super().__init__()
        self.emb = nn.Embedding(vocab, d)
        enc = nn.TransformerEncoderLayer(d_model=d, nhead=heads, dim_feedforward=ff, batch_first=True)
        self.enc = nn.TransformerEncoder(enc, num_layers=layers)
        self.att = nn.MultiheadAttention(d, heads)
        self.lstm = nn.LSTM(d, d, proj_size=32)
        self.norm = nn.LayerNorm([10, d])
        self.out = nn.Linear(32, vocab, bias=False)

import math
import torch
import torch.nn as nn
from torch.nn import TransformerEncoder, TransformerEncoderLayer


class PositionalEncoding(nn.Module):

    def __init__(self, d_model, dropout=0.1, max_len=5000):
        super(PositionalEncoding, self).__init__()
        self.dropout = nn.Dropout(p=dropout)

        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        pe = pe.unsqueeze(0).transpose(0, 1)
        self.register_buffer('pe', pe)


class SpeechTransformer(nn.Module):
    def __init__(self, n_mels: int = 80, d_model: int = 256, nhead: int = 4, n_layers: int = 2, n_tokens: int = 64):
        super().__init__()
        self.subsample = nn.Sequential(nn.Conv1d(n_mels, d_model, 3, 2, 1), nn.GELU())
        self.pos = PositionalEncoding(d_model)
        encoder_layer = TransformerEncoderLayer(d_model, nhead, dim_feedforward=4 * d_model, dropout=0.1, batch_first=True)
        self.encoder = TransformerEncoder(encoder_layer, num_layers=n_layers, norm=nn.LayerNorm(d_model))
        self.predictor = nn.LSTM(d_model, d_model, batch_first=True)
        self.token = nn.Embedding(n_tokens, d_model)
        self.joint = nn.MultiheadAttention(d_model, nhead, bias=False, batch_first=True)
        self.cls = nn.Parameter(torch.empty(1, 1, d_model))
        nn.init.trunc_normal_(self.cls, std=.02)
        self.out = nn.Linear(d_model, n_tokens, bias=False)
        self.out.weight = self.token.weight

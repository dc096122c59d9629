import math
import mlx.core as mx
import mlx.nn as nn
from dataclasses import dataclass


@dataclass
class ModelArgs:
    src_vocab: int = 50
    tgt_vocab: int = 60
    dim: int = 32
    hidden: int = 64


class Attention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.scale = 1 / math.sqrt(dim)
        self.query = nn.Linear(dim, dim, bias=False)
        self.key = nn.Linear(dim, dim, bias=False)


class Seq2Seq(nn.Module):
    def __init__(self, args: ModelArgs):
        super().__init__()
        self.args = args
        self.src = nn.Embedding(args.src_vocab, args.dim)
        self.tgt = nn.Embedding(args.tgt_vocab, args.dim)
        self.encoder = nn.LSTM(args.dim, args.hidden)
        self.decoder = nn.LSTM(args.dim, args.hidden, bias=False)
        self.attn = Attention(args.hidden)
        self.ln = nn.LayerNorm(args.hidden)
        self.out = nn.Linear(2 * args.hidden, args.tgt_vocab)


model = Seq2Seq(ModelArgs())

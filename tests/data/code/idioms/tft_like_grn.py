from dataclasses import dataclass
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from typing import Dict, Tuple, Optional


@dataclass
class Cfg:
    static_categorical_inp_lens: tuple = (369,)
    temporal_known_continuous_inp_size: int = 3
    temporal_target_size: int = 1
    hidden_size: int = 32
    n_head: int = 4
    quantiles: tuple = (0.1, 0.5, 0.9)
    dropout: float = 0.1


class GLU(nn.Module):
    def __init__(self, hidden_size, output_size):
        super().__init__()
        self.lin = nn.Linear(hidden_size, output_size * 2)

    def forward(self, x: Tensor) -> Tensor:
        return F.glu(self.lin(x))


class GRN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size=None, context_hidden_size=None, dropout=0.0):
        super().__init__()
        self.layer_norm = nn.LayerNorm(output_size or hidden_size, eps=1e-3)
        self.lin_a = nn.Linear(input_size, hidden_size)
        if context_hidden_size is not None:
            self.lin_c = nn.Linear(context_hidden_size, hidden_size, bias=False)
        else:
            self.lin_c = nn.Identity()
        self.lin_i = nn.Linear(hidden_size, hidden_size)
        self.glu = GLU(hidden_size, output_size if output_size else hidden_size)
        self.out_proj = nn.Linear(input_size, output_size) if output_size else None


class VSN(nn.Module):
    def __init__(self, cfg, num_inputs):
        super().__init__()
        self.joint_grn = GRN(cfg.hidden_size * num_inputs, cfg.hidden_size, output_size=num_inputs, context_hidden_size=cfg.hidden_size)
        self.var_grns = nn.ModuleList([GRN(cfg.hidden_size, cfg.hidden_size, dropout=cfg.dropout) for _ in range(num_inputs)])


class TFT(nn.Module):
    def __init__(self, cfg: Cfg):
        super().__init__()
        self.s_cat_inp_embed = nn.ModuleList([nn.Embedding(n, cfg.hidden_size) for n in cfg.static_categorical_inp_lens]) if cfg.static_categorical_inp_lens else None
        for attr in ("temporal_known_continuous_inp_size", "temporal_target_size"):
            size = getattr(cfg, attr)
            if size:
                vectors = nn.Parameter(torch.Tensor(size, cfg.hidden_size))
                bias = nn.Parameter(torch.zeros(size, cfg.hidden_size))
                torch.nn.init.xavier_normal_(vectors)
                self.register_parameter(attr.replace("inp_size", "embedding_vectors"), vectors)
                self.register_parameter(attr + "_bias", bias)
        self.history_vsn = VSN(cfg, cfg.temporal_known_continuous_inp_size + cfg.temporal_target_size)
        self.history_encoder = nn.LSTM(cfg.hidden_size, cfg.hidden_size, batch_first=True)
        self.input_gate = GLU(cfg.hidden_size, cfg.hidden_size)
        assert cfg.hidden_size % cfg.n_head == 0
        self.d_head = cfg.hidden_size // cfg.n_head
        self.qkv_linears = nn.Linear(cfg.hidden_size, (2 * cfg.n_head + 1) * self.d_head, bias=False)
        self.out_proj = nn.Linear(self.d_head, cfg.hidden_size, bias=False)
        self.quantile_proj = nn.Linear(cfg.hidden_size, len(cfg.quantiles))
        mask = torch.triu(torch.full((100, 100), float("-inf")), 1)
        self.register_buffer("_mask", mask, persistent=False)

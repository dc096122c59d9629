from __future__ import annotations
import torch
from torch import Tensor, nn
from typing import List, Tuple
class LayerNormLSTMCell(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, decompose_layernorm: bool = False):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.randn(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.randn(4 * hidden_size, hidden_size))
        ln = nn.LayerNorm
        self.layernorm_i = ln(4 * hidden_size)
        self.layernorm_h = ln(4 * hidden_size)
        self.layernorm_c = ln(hidden_size)
def init_stacked(num_layers, layer, first, other):
    return nn.ModuleList([layer(*first)] + [layer(*other) for _ in range(num_layers - 1)])
class Stack(nn.Module):
    __constants__ = ["layers"]
    def __init__(self, num_layers: int, first: Tuple, other: Tuple):
        super().__init__()
        self.layers = init_stacked(num_layers, LayerNormLSTMCell, first, other)
def script_lnlstm(input_size, hidden_size, num_layers, bias=True):
    assert bias
    return Stack(num_layers, first=(input_size, hidden_size), other=(hidden_size, hidden_size))
m = script_lnlstm(10, 16, 3)

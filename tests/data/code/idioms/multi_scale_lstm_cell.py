import torch
import torch.nn as nn


class LayerNormLSTMCell(nn.LSTMCell):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__(input_size, hidden_size, bias)
        self.ln_ih = nn.LayerNorm(4 * hidden_size)
        self.ln_hh = nn.LayerNorm(4 * hidden_size)
        self.ln_ho = nn.LayerNorm(hidden_size)


class MultiScale(nn.Module):
    def __init__(self, n_in, scales=(1, 2, 4), h=16):
        super().__init__()
        self.cells = nn.ModuleList()
        for s in scales:
            cell = LayerNormLSTMCell(n_in, h * s, bias=s > 1)
            self.cells.append(cell)
            n_in = cell.hidden_size
        self.readout = nn.Linear(sum(c.hidden_size for c in self.cells), 1)

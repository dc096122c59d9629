import torch.nn as nn
class Enc(nn.Module):
    def __init__(self, cell_type, n, h):
        super().__init__()
        assert cell_type in ("LSTM", "GRU"), "bad"
        if cell_type == "LSTM":
            cell = nn.LSTM
        elif cell_type == "GRU":
            cell = nn.GRU
        else:
            raise NotImplementedError(cell_type)
        self.cell = cell(n, h)

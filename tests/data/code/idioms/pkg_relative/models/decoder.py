import torch.nn as nn


class Decoder(nn.Module):
    def __init__(self, encoder, n_out):
        super().__init__()
        self.encoder = encoder
        self.cell = nn.GRUCell(n_out, encoder.hid)
        self.fc = nn.Linear(encoder.hid, n_out)

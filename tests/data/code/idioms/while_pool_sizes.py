import torch.nn as nn
from math import floor, log


def out_size(n, k, s=1, p=0, d=1):
    """L_out of nn.Conv1d, see the docs."""
    return floor((n + 2 * p - d * (k - 1) - 1) / s + 1)


class Encoder(nn.Module):
    def __init__(self, length=1000, channels=12, width=16):
        super().__init__()
        blocks = []
        c = channels
        while length > 60:
            blocks.append(nn.Conv1d(c, width, kernel_size=7, stride=2, padding=3))
            blocks.append(nn.BatchNorm1d(width, track_running_stats=False))
            length = out_size(length, 7, 2, 3)
            c, width = width, min(width * 2, 128)
        self.conv = nn.Sequential(*blocks)
        self.lstm = nn.LSTM(c, c // 2, bidirectional=True, batch_first=True)
        self.attn = nn.Linear(c, 1, bias=False)
        self.fc = nn.Linear(c * length, 9)


enc = Encoder()

import mlx.core as mx
import mlx.nn as nn


class KWS(nn.Module):
    def __init__(self, n_mels, n_classes=12, channels=32, hidden=64):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(n_mels, channels, kernel_size=5, stride=2, padding=2),
            nn.BatchNorm(channels),
            nn.ReLU(),
            nn.Conv1d(channels, channels * 2, 3, bias=False),
            nn.PReLU(),
        )
        self.gru = nn.GRU(channels * 2, hidden)
        self.head = nn.Linear(hidden, n_classes)

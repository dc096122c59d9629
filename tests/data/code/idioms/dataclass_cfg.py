from dataclasses import dataclass, field
from typing import List
import torch.nn as nn

@dataclass
class ModelConfig:
    n_mels: int = 80
    conv_channels: List[int] = field(default_factory=lambda: [32, 32])
    rnn_dim: int = 512
    n_rnn_layers: int = 5
    n_class: int = 29

    @property
    def n_feats(self) -> int:
        return self.n_mels // 2

class BiGRU(nn.Module):
    def __init__(self, rnn_dim, hidden_size, dropout=0.1, batch_first=True):
        super().__init__()
        self.gru = nn.GRU(rnn_dim, hidden_size, num_layers=1, batch_first=batch_first, bidirectional=True)
        self.norm = nn.LayerNorm(rnn_dim)

class SpeechModel(nn.Module):
    def __init__(self, cfg: ModelConfig = ModelConfig()):
        super().__init__()
        chans = [1] + cfg.conv_channels
        self.cnn = nn.Sequential(*[nn.Conv2d(a, b, 3, padding=1) for a, b in zip(chans[:-1], chans[1:])])
        self.fc = nn.Linear(cfg.n_feats * chans[-1], cfg.rnn_dim)
        self.rnns = nn.Sequential(*[
            BiGRU(rnn_dim=cfg.rnn_dim if i == 0 else cfg.rnn_dim * 2, hidden_size=cfg.rnn_dim)
            for i in range(cfg.n_rnn_layers)
        ])
        self.classifier = nn.Sequential(nn.Linear(cfg.rnn_dim * 2, cfg.rnn_dim), nn.GELU(), nn.Linear(cfg.rnn_dim, cfg.n_class))

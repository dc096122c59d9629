import torch.nn as nn
from config import Config


def conv_block(c_in, c_out, k=3):
    return nn.Sequential(nn.Conv1d(c_in, c_out, k, padding=k // 2), nn.BatchNorm1d(c_out), nn.ReLU())


class Forecaster(nn.Module):
    def __init__(self, cfg: Config):
        super().__init__()
        chans = [cfg.n_features, *cfg.conv_channels]
        self.front = nn.Sequential(*[conv_block(a, b) for a, b in zip(chans, chans[1:])])
        self.rnn = nn.LSTM(chans[-1], cfg.hidden_size, cfg.n_layers, batch_first=True)
        self.out = nn.Linear(cfg.hidden_size, cfg.out_dim)


def build_model(cfg):
    return Forecaster(cfg)

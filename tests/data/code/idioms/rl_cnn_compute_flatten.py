import torch as th
from torch import nn
import numpy as np


class NatureLSTM(nn.Module):
    def __init__(self, obs_shape, features_dim: int = 512, lstm_size: int = 256):
        super().__init__()
        n_input_channels = obs_shape[0]
        self.cnn = nn.Sequential(
            nn.Conv2d(n_input_channels, 32, kernel_size=8, stride=4, padding=0),
            nn.ReLU(),
            nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=0),
            nn.ReLU(),
            nn.Conv2d(64, 64, kernel_size=3, stride=1, padding=0),
            nn.ReLU(),
            nn.Flatten(),
        )

        # Compute shape by doing one forward pass
        with th.no_grad():
            n_flatten = self.cnn(th.as_tensor(np.zeros((1, *obs_shape), dtype=np.float32)).float()).shape[1]

        self.linear = nn.Sequential(nn.Linear(n_flatten, features_dim), nn.ReLU())
        self.rnn = nn.GRU(features_dim, lstm_size)
        self.heads = nn.ModuleDict({"pi": nn.Linear(lstm_size, 18), "v": nn.Linear(lstm_size, 1)})


policy = NatureLSTM((4, 84, 84))

import torch
import torch.nn as nn

class MultiBranch(nn.Module):
    """Static + temporal branches joined before the head."""
    def __init__(self, cfg):
        super().__init__()
        self.branches = nn.ModuleDict({
            name: nn.GRU(dim, cfg['hidden'], batch_first=True) for name, dim in cfg['streams'].items()
        })
        self.static = nn.Sequential(
            nn.Linear(cfg['static_dim'], 32), nn.ReLU(),
            nn.Linear(32, 16),
        )
        joined = len(cfg['streams']) * cfg['hidden'] + 16
        layers = []
        for width in cfg['mlp']:
            layers += [nn.Linear(joined, width), nn.BatchNorm1d(width), nn.ReLU(inplace=True), nn.Dropout(.2)]
            joined = width
        layers.append(nn.Linear(joined, 1))
        self.head = nn.Sequential(*layers)

CFG = {
    'streams': {'accel': 3, 'gyro': 3, 'ecg': 12},
    'hidden': 48,
    'static_dim': 9,
    'mlp': [128, 64],
}

def get_model():
    return MultiBranch(CFG)

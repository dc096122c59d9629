from dataclasses import dataclass, field
from typing import List, Optional


@dataclass
class Config:
    n_features: int = 14
    conv_channels: List[int] = field(default_factory=lambda: [32, 64])
    hidden_size: int = 96
    n_layers: int = 2
    horizon: int = 24
    quantiles: Optional[List[float]] = None
    lr: float = 3e-4
    epochs: int = 0

    def __post_init__(self):
        if self.quantiles is None:
            self.quantiles = [0.1, 0.5, 0.9]

    @property
    def out_dim(self) -> int:
        return self.horizon * len(self.quantiles)

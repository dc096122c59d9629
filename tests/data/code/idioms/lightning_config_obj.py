import pytorch_lightning as pl
import torch.nn as nn
from dataclasses import dataclass, asdict


@dataclass
class ModelConfig:
    in_dim: int = 12
    hid: int = 20
    out_dim: int = 4
    depth: int = 3


class Lit(pl.LightningModule):
    def __init__(self, **kw):
        super().__init__()
        self.save_hyperparameters(kw)
        dims = [self.hparams["in_dim"]] + [self.hparams["hid"]] * self.hparams.depth
        self.body = nn.ModuleList(nn.GRU(i, o) for i, o in zip(dims[:-1], dims[1:]))
        self.head = nn.Linear(dims[-1], self.hparams.out_dim)


model = Lit(**asdict(ModelConfig(depth=2)))

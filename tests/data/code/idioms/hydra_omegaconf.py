import hydra
import torch.nn as nn
from omegaconf import DictConfig, OmegaConf
cfg = OmegaConf.create({"model": {"n_in": 5, "hidden": 24, "bi": True}, "lr": 1e-3})
class Net(nn.Module):
    def __init__(self, cfg: DictConfig):
        super().__init__()
        self.rnn = nn.GRU(cfg.model.n_in, cfg.model.hidden, bidirectional=cfg.model.bi)
        self.head = nn.Linear(cfg.model.hidden * (2 if cfg.model.bi else 1), 1)
net = Net(cfg)

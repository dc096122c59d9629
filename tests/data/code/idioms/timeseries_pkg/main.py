import torch
from models import build_model
from config import Config

if __name__ == "__main__":
    cfg = Config()
    model = build_model(cfg)
    optim = torch.optim.Adam(model.parameters(), lr=cfg.lr)
    for epoch in range(cfg.epochs):
        pass

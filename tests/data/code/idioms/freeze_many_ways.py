import torch
import torch.nn as nn


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(1000, 64)
        self.enc = nn.LSTM(64, 64, 2, bidirectional=True)
        self.adapter = nn.Sequential(nn.Linear(128, 16), nn.ReLU(), nn.Linear(16, 128))
        self.head = nn.Linear(128, 2)

    def freeze(self, *parts):
        for part in parts:
            for p in getattr(self, part).parameters():
                p.requires_grad_(False)
        return self


model = Base().freeze('emb', 'enc')
model.head = nn.Linear(128, 5)
for name, param in model.named_parameters():
    if 'adapter.0' in name and name.endswith('bias'):
        param.requires_grad = False
model.adapter[2].requires_grad_(False)
for p in model.adapter[-1].parameters():
    p.requires_grad = True

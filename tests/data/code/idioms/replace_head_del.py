import torch
import torch.nn as nn


def make():
    net = nn.Sequential()
    net.add_module("emb", nn.Embedding(50, 8))
    net.add_module("rnn", nn.RNN(8, 12, 2, bias=False))
    net.add_module("fc", nn.Linear(12, 3))
    return net


model = make()
del model.fc
model.fc2 = nn.Linear(12, 4, device="cpu")
model.register_module("extra", nn.Bilinear(4, 4, 2))
model[0] = nn.Embedding(60, 8)
model = model.double().eval().requires_grad_(True)
model.register_buffer("steps", torch.tensor(0))

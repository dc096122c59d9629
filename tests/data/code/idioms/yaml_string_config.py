import torch.nn as nn
import yaml

CONFIG = """
model:
  input_dim: 40
  rnn:
    type: LSTM
    hidden: 256
    layers: 3
    bidirectional: true
  output_dim: 29
train:
  lr: 0.001
"""
cfg = yaml.safe_load(CONFIG)


class Net(nn.Module):
    def __init__(self, c):
        super().__init__()
        r = c["rnn"]
        rnn_cls = getattr(nn, r["type"])
        self.rnn = rnn_cls(c["input_dim"], r["hidden"], r["layers"], bidirectional=r["bidirectional"], batch_first=True)
        self.fc = nn.Linear(r["hidden"] * (1 + int(r["bidirectional"])), c["output_dim"])


net = Net(cfg["model"])

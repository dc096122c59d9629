import argparse
import os
import torch.nn as nn
import yaml

parser = argparse.ArgumentParser()
parser.add_argument("--config", default="config.yaml")
args = parser.parse_args()

with open(args.config) as f:
    config = yaml.load(f, Loader=yaml.FullLoader)


class AttrDict(dict):
    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        self.__dict__ = self


class Acoustic(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        enc = cfg["encoder"]
        self.enc = nn.LSTM(cfg["n_mels"], enc["units"], enc["layers"], bidirectional=enc.get("bidirectional", False))
        self.ctc = nn.Linear(enc["units"] * (2 if enc.get("bidirectional") else 1), cfg["vocab_size"])


model = Acoustic(AttrDict(config["model"]))

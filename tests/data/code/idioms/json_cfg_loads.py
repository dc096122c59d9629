import json
import torch.nn as nn
from types import SimpleNamespace

HP = '{"net": {"vocab": 500, "dims": [32, 64, 128]}, "lr": 1e-3}'


class Tagger(nn.Module):
    def __init__(self, vocab, dims):
        super().__init__()
        self.embed = nn.Embedding(vocab, dims[0])
        self.rnns = nn.ModuleList(nn.LSTM(i, o, bias=False) for i, o in zip(dims, dims[1:]))
        self.cls = nn.Linear(dims[-1], 4)


def main():
    hp = json.loads(HP)
    model = Tagger(**hp["net"])
    return model


if __name__ == '__main__':
    main()

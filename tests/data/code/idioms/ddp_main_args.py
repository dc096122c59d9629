"""Train. Usage: main.py [--arch small|big]"""
import os
import sys
import torch
import torch.nn as nn

ARCHS = {
    "small": {"d": 64, "n": 2},
    "big": {"d": 512, "n": 6},
}


class Net(nn.Module):
    def __init__(self, d: int, n: int, vocab: int = 256):
        super().__init__()
        self.e = nn.Embedding(vocab, d)
        self.r = nn.ModuleList(nn.GRU(d, d, batch_first=True) for _ in range(n))
        self.n = nn.ModuleList([nn.LayerNorm([d], elementwise_affine=i > 0) for i in range(n)])
        self.o = nn.Linear(d, vocab, bias=False)


def main():
    global model
    local_rank = int(os.environ.get("LOCAL_RANK", 0))
    arch = os.getenv("ARCH", "small")
    model = Net(**ARCHS[arch])
    if torch.cuda.device_count() > 1:
        model = nn.parallel.DistributedDataParallel(model, device_ids=[local_rank])
    return model


if __name__ == "__main__":
    sys.exit(main() and 0)

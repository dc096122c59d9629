from collections import namedtuple, OrderedDict, defaultdict
import torch
import torch.nn as nn

Stage = namedtuple("Stage", ["kind", "width", "repeat"])
STAGES = [Stage("lstm", 128, 2), Stage("dense", 64, 1), Stage("gru", 32, 3)]
Hyper = namedtuple("Hyper", "vocab dim dropout", defaults=[0.1])
hyper = Hyper(2500, dim=50)


class Net(nn.Module):
    def __init__(self, hyper, stages):
        super().__init__()
        self.embed = nn.Embedding(hyper.vocab, hyper.dim)
        counts = defaultdict(int)
        width = hyper.dim
        modules = OrderedDict()
        for stage in stages:
            n = stage.repeat
            while n > 0:
                key = f"{stage.kind}{counts[stage.kind]}"
                if stage.kind == "dense":
                    modules[key] = nn.Linear(width, stage.width)
                else:
                    modules[key] = getattr(nn, stage.kind.upper())(width, stage.width, batch_first=True)
                counts[stage.kind] += 1
                width = stage.width
                n -= 1
        self.stages = nn.ModuleDict(modules)
        self.head = nn.Linear(width, hyper.vocab)
        if width == hyper.dim:
            self.head.weight = self.embed.weight


net = Net(hyper, STAGES)

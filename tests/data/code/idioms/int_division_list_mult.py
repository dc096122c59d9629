import torch.nn as nn
class Deep(nn.Module):
    def __init__(self, hidden=[64] * 3, n_in=10, bottleneck=.25):
        super().__init__()
        prev = n_in
        mods = []
        for k, h in enumerate(hidden, start=1):
            mods.append((f"gru{k}", nn.GRU(prev, h)))
            prev = h
        from collections import OrderedDict
        self.net = nn.ModuleDict(OrderedDict(mods))
        self.neck = nn.Linear(prev, int(prev * bottleneck))
        self.out = nn.Linear(round(prev * bottleneck), max(1, n_in // 3))

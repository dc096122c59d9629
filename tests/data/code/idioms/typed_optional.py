import torch
from torch import nn, Tensor
class AttnPool(nn.Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.q = nn.Parameter(torch.randn(d))
        self.k = nn.Linear(d, d, bias=False)
class Clf(nn.Module):
    num_dirs: int = 2
    def __init__(self, n_feat: int, /, hid: int = 64, *, n_cls: int = 3, pool: str = "attn"):
        super().__init__()
        self.rnn = nn.LSTM(n_feat, hid, bidirectional=self.num_dirs == 2)
        match pool:
            case "attn":
                self.pool = AttnPool(hid * self.num_dirs)
            case "mean":
                self.pool = nn.Identity()
        self.head = nn.Linear(hid * self.num_dirs, n_cls)

import equinox as eqx
import equinox.nn as nn
import jax
import jax.random as jr
from typing import List


class StackedLSTM(eqx.Module):
    embed: nn.Linear
    cells: List[nn.LSTMCell]
    norms: tuple
    head: nn.MLP
    depth: int = eqx.field(static=True)

    def __init__(self, in_dim: int, hidden: int = 40, depth: int = 3, n_out: int = 2, *, key):
        keys = jr.split(key, depth + 2)
        self.depth = depth
        self.embed = nn.Linear(in_dim, hidden, key=keys[0])
        self.cells = [nn.LSTMCell(hidden, hidden, use_bias=(i > 0), key=k) for i, k in enumerate(keys[1:-1])]
        self.norms = tuple(nn.LayerNorm(hidden) for _ in range(depth))
        self.head = nn.MLP(in_size=hidden, out_size=n_out, width_size=32, depth=1, key=keys[-1])

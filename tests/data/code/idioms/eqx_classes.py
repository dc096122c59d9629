import jax
import equinox as eqx
from jaxtyping import Array, Float
from equinox import nn


class ResidualGRU(eqx.Module):
    cell: nn.GRUCell
    norm: nn.LayerNorm

    def __init__(self, size, key):
        self.cell = nn.GRUCell(size, size, key=key)
        self.norm = nn.LayerNorm(size)


class Model(eqx.Module):
    inp: nn.Linear
    blocks: list[ResidualGRU]
    out: nn.Linear

    def __init__(self, n_in: int, width: int = 24, n_blocks: int = 2, n_out: int = 3, *, key):
        k0, k1, *ks = jax.random.split(key, n_blocks + 2)
        self.inp = nn.Linear(n_in, width, key=k0)
        self.blocks = [ResidualGRU(width, k) for k in ks]
        self.out = nn.Linear(width, n_out, key=k1)

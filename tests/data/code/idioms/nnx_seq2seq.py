from dataclasses import dataclass
import jax
from flax import nnx


@dataclass
class Config:
    vocab: int = 120
    dim: int = 32
    layers: int = 2


class Block(nnx.Module):
    def __init__(self, cfg: Config, *, rngs: nnx.Rngs):
        self.rnn = nnx.RNN(nnx.GRUCell(cfg.dim, cfg.dim, rngs=rngs))
        self.norm = nnx.RMSNorm(cfg.dim, rngs=rngs)


class LM(nnx.Module):
    def __init__(self, cfg: Config, rngs: nnx.Rngs):
        self.embed = nnx.Embed(cfg.vocab, cfg.dim, rngs=rngs)
        self.blocks = nnx.List([Block(cfg, rngs=rngs) for _ in range(cfg.layers)])
        self.head = nnx.Linear(cfg.dim, cfg.vocab, use_bias=False, rngs=rngs)
        self.temp = nnx.Param(jax.numpy.ones(()))


model = LM(Config(layers=3), nnx.Rngs(0))

import dataclasses
import equinox as eqx
import jax


@dataclasses.dataclass(frozen=True)
class Cfg:
    vocab: int = 300
    emb: int = 24
    hid: int = 48


class Encoder(eqx.Module):
    emb: eqx.nn.Embedding
    rnn: eqx.nn.GRUCell

    def __init__(self, cfg, key):
        k1, k2 = jax.random.split(key)
        self.emb = eqx.nn.Embedding(cfg.vocab, cfg.emb, key=k1)
        self.rnn = eqx.nn.GRUCell(cfg.emb, cfg.hid, key=k2)


class Seq2Seq(eqx.Module):
    enc: Encoder
    dec: eqx.nn.GRUCell
    out: eqx.nn.Linear

    def __init__(self, cfg: Cfg, key):
        a, b, c = jax.random.split(key, num=3)
        self.enc = Encoder(cfg, a)
        self.dec = eqx.nn.GRUCell(input_size=cfg.emb, hidden_size=cfg.hid, key=b)
        self.out = eqx.nn.Linear(in_features=cfg.hid, out_features=cfg.vocab, key=c)


cfg = Cfg(hid=64)
model = Seq2Seq(cfg, jax.random.key(0))

from flax import linen as nn
import jax
import jax.numpy as jnp


class BahdanauAttention(nn.Module):
    units: int

    @nn.compact
    def __call__(self, query, keys):
        q = nn.Dense(self.units, use_bias=False, name="query")(query)[:, None, :]
        k = nn.Dense(self.units, use_bias=False, name="key")(keys)
        score = nn.Dense(1, use_bias=False, name="score")(jnp.tanh(q + k))
        weights = nn.softmax(score, axis=1)
        return jnp.sum(weights * keys, axis=1)


class Decoder(nn.Module):
    vocab: int
    hidden: int = 64

    @nn.compact
    def __call__(self, enc, tok):
        emb = nn.Embed(self.vocab, 32)(tok)
        h = jnp.mean(enc, axis=1)
        h = nn.tanh(nn.Dense(self.hidden)(h))
        ctx = BahdanauAttention(40)(h, enc)
        x = jnp.concatenate([emb, ctx], axis=-1)
        (c, h), y = nn.LSTMCell(self.hidden)((jnp.zeros_like(h), h), x)
        return nn.Dense(self.vocab)(jnp.concatenate([y, ctx, emb], axis=-1))


model = Decoder(vocab=300)
params = model.init(jax.random.key(0), jnp.zeros((4, 9, 50)), jnp.zeros((4,), jnp.int32))

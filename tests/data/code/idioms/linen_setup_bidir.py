import jax
import jax.numpy as jnp
import flax.linen as nn


class Tagger(nn.Module):
    vocab: int
    tags: int
    dim: int = 32

    def setup(self):
        self.embed = nn.Embed(self.vocab, self.dim)
        self.birnn = nn.Bidirectional(nn.RNN(nn.GRUCell(self.dim)), nn.RNN(nn.GRUCell(self.dim)))
        self.drop = nn.Dropout(0.1)
        self.out = nn.Dense(self.tags, use_bias=False)

    def __call__(self, x, train=False):
        x = self.embed(x)
        x = self.birnn(x)
        x = self.drop(x, deterministic=not train)
        return self.out(x)


model = Tagger(vocab=500, tags=7)
params = model.init(jax.random.PRNGKey(0), jnp.zeros((1, 10), jnp.int32))

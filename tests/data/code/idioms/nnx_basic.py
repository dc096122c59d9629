from flax import nnx
import jax
class LM(nnx.Module):
    def __init__(self, vocab: int, d: int, h: int, *, rngs: nnx.Rngs):
        self.embed = nnx.Embed(vocab, d, rngs=rngs)
        self.rnn = nnx.RNN(nnx.LSTMCell(d, h, rngs=rngs))
        self.norm = nnx.LayerNorm(h, rngs=rngs)
        self.out = nnx.Linear(h, vocab, use_bias=False, rngs=rngs)
    def __call__(self, x):
        return self.out(self.norm(self.rnn(self.embed(x))))
model = LM(100, 16, 32, rngs=nnx.Rngs(0))

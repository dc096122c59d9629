from flax import nnx
import jax


class CharLM(nnx.Module):
    def __init__(self, vocab: int, dim: int = 128, *, rngs: nnx.Rngs):
        self.embed = nnx.Embed(num_embeddings=vocab, features=dim, rngs=rngs)
        self.rnn = nnx.RNN(nnx.LSTMCell(in_features=dim, hidden_features=2 * dim, rngs=rngs))
        self.norm = nnx.LayerNorm(2 * dim, rngs=rngs)
        self.drop = nnx.Dropout(0.1, rngs=rngs)
        self.head = nnx.Linear(2 * dim, vocab, rngs=rngs)

    def __call__(self, x):
        x = self.embed(x)
        x = self.rnn(x)
        return self.head(self.drop(self.norm(x)))

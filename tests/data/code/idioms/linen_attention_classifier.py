import functools
from typing import Any, Tuple

import flax.linen as nn
import jax
import jax.numpy as jnp


class EncoderLSTM(nn.Module):
    features: int

    @functools.partial(nn.scan, variable_broadcast="params", in_axes=1, out_axes=1, split_rngs={"params": False})
    @nn.compact
    def __call__(self, carry, x):
        return nn.OptimizedLSTMCell(self.features)(carry, x)

    def initialize_carry(self, input_shape):
        return nn.OptimizedLSTMCell(self.features, parent=None).initialize_carry(jax.random.key(0), input_shape)


class SimpleBiLSTM(nn.Module):
    hidden_size: int

    def setup(self):
        self.forward_lstm = EncoderLSTM(self.hidden_size)
        self.backward_lstm = EncoderLSTM(self.hidden_size)

    def __call__(self, x):
        c = self.forward_lstm.initialize_carry(x[:, 0].shape)
        _, f = self.forward_lstm(c, x)
        _, b = self.backward_lstm(c, x[:, ::-1])
        return jnp.concatenate([f, b[:, ::-1]], -1)


class MLP(nn.Module):
    hidden_size: int
    output_size: int
    activation: Any = nn.tanh
    output_bias: bool = True

    @nn.compact
    def __call__(self, x):
        x = nn.Dense(self.hidden_size)(x)
        x = self.activation(x)
        return nn.Dense(self.output_size, use_bias=self.output_bias)(x)


class AttentionClassifier(nn.Module):
    embedding_size: int = 300
    hidden_size: int = 256
    vocab_size: int = 20000
    output_size: int = 1

    @nn.compact
    def __call__(self, ids, deterministic=True):
        x = nn.Embed(self.vocab_size, self.embedding_size)(ids)
        x = nn.Dropout(0.5)(x, deterministic=deterministic)
        h = SimpleBiLSTM(self.hidden_size)(x)
        scores = MLP(128, 1, output_bias=False, name="keys")(h)
        attn = jax.nn.softmax(scores, axis=1)
        ctx = (attn * h).sum(1)
        return MLP(self.hidden_size, self.output_size, name="head")(ctx)


model = AttentionClassifier()
params = model.init(jax.random.key(0), jnp.ones((2, 7), jnp.int32))

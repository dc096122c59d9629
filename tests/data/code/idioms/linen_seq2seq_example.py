"""seq2seq example: flax/examples/seq2seq/models.py"""
from typing import Any, Optional, Tuple
import functools
import jax
from flax import linen as nn
import jax.numpy as jnp

Array = Any


class EncoderLSTM(nn.Module):
  """EncoderLSTM Module wrapped in a lifted scan transform."""
  hidden_size: int

  @functools.partial(
      nn.scan,
      variable_broadcast='params',
      in_axes=1,
      out_axes=1,
      split_rngs={'params': False})
  @nn.compact
  def __call__(self, carry, x):
    return nn.LSTMCell(self.hidden_size)(carry, x)


class Seq2seq(nn.Module):
  """Sequence-to-sequence class using encoder/decoder architecture.

  Attributes:
    teacher_force: whether to use `decoder_inputs` as input to the decoder at
      every step.
    hidden_size: int, the number of hidden dimensions in the LSTMs.
    vocab_size: the size of the vocabulary.
  """
  teacher_force: bool
  hidden_size: int
  vocab_size: int

  @nn.compact
  def __call__(self, encoder_inputs: Array, decoder_inputs: Array) -> Array:
    # Encode inputs.
    encoder = nn.RNN(nn.LSTMCell(self.hidden_size), return_carry=True, name='encoder')
    decoder = nn.RNN(nn.LSTMCell(self.hidden_size), name='decoder')
    encoder_state, _ = encoder(encoder_inputs)
    x = decoder(decoder_inputs[:, :-1], initial_carry=encoder_state)
    logits = nn.Dense(features=self.vocab_size)(x)
    return logits

from typing import Any, NamedTuple

from absl import app, flags
import haiku as hk
import jax
import jax.numpy as jnp

HIDDEN_SIZE = flags.DEFINE_integer('hidden_size', 256, help='')
NUM_CHARS = 128


def make_network() -> hk.RNNCore:
    """Defines the network architecture."""
    model = hk.DeepRNN([
        lambda x: jax.nn.one_hot(x, num_classes=NUM_CHARS),
        hk.LSTM(HIDDEN_SIZE.value),
        jax.nn.relu,
        hk.LSTM(HIDDEN_SIZE.value),
        hk.nets.MLP([HIDDEN_SIZE.value, NUM_CHARS]),
    ])
    return model


def sequence_loss(batch):
    core = make_network()
    sequence_length, batch_size = batch['input'].shape
    initial_state = core.initial_state(batch_size)
    logits, _ = hk.dynamic_unroll(core, batch['input'], initial_state)
    return logits.mean()

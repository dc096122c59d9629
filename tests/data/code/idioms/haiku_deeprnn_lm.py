import haiku as hk
import jax
import jax.numpy as jnp

NUM_CHARS = 128


def make_network() -> hk.RNNCore:
    """Defines the network architecture."""
    model = hk.DeepRNN([
        lambda x: jax.nn.one_hot(x, num_classes=NUM_CHARS),
        hk.LSTM(256),
        jax.nn.relu,
        hk.LSTM(256),
        hk.nets.MLP([256, NUM_CHARS]),
    ])
    return model


def language_model(seq):
    core = make_network()
    state = core.initial_state(seq.shape[1])
    logits, _ = hk.dynamic_unroll(core, seq, state)
    return logits

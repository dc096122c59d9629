import haiku as hk
import jax
import jax.numpy as jnp

VOCAB = 20_000
HIDDEN = 64


def forward(tokens):
    emb = hk.Embed(VOCAB, 32)(tokens)
    core = hk.LSTM(HIDDEN)
    outs, state = hk.dynamic_unroll(core, emb, core.initial_state(tokens.shape[0]), time_major=False)
    return hk.Linear(1)(outs[:, -1])


net = hk.without_apply_rng(hk.transform(forward))

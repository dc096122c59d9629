import haiku as hk
import jax
import jax.numpy as jnp


@hk.transform
def net(x):
    h = hk.Sequential([hk.Linear(32), jax.nn.relu, hk.Linear(16, with_bias=False)])(x)
    lstm = hk.DeepRNN([hk.LSTM(24), hk.LSTM(48)])
    state = lstm.initial_state(x.shape[0])
    ys, _ = hk.dynamic_unroll(lstm, h, state, time_major=False)
    w = hk.get_parameter("w", [48, 3], init=hk.initializers.RandomNormal())
    return hk.LayerNorm(-1, True, True)(ys) @ w

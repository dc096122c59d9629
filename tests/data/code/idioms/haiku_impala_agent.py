import haiku as hk
import jax
import jax.numpy as jnp


class Torso(hk.Module):
    def __call__(self, x):
        net = hk.Sequential([
            lambda x: x / 128.,
            hk.Conv2D(32, [8, 8], [4, 4], padding='VALID'),
            jax.nn.relu,
            hk.Conv2D(64, [4, 4], [2, 2], padding='VALID'),
            jax.nn.relu,
            hk.Flatten(),
            hk.Linear(512),
            jax.nn.relu,
        ])
        return net(x)


class CatchNet(hk.RNNCore):
    def __init__(self, num_actions, name=None):
        super().__init__(name=name)
        self._num_actions = num_actions
        self._torso = Torso()
        self._core = hk.ResetCore(hk.LSTM(256))
        self._policy = hk.Linear(num_actions, name="policy")
        self._value = hk.Linear(1, name="value")

    def initial_state(self, batch_size):
        return self._core.initial_state(batch_size)

    def __call__(self, x, state):
        obs, reset = x
        core, state = self._core((self._torso(obs), reset), state)
        return (self._policy(core), jnp.squeeze(self._value(core), -1)), state


def net(obs, reset):
    m = CatchNet(9)
    state = m.initial_state(obs.shape[0])
    return m((obs, reset), state)


f = hk.without_apply_rng(hk.transform(net))
params = f.init(jax.random.PRNGKey(1), jnp.zeros((2, 84, 84, 3)), jnp.zeros((2,), bool))

import haiku as hk
import jax
import jax.numpy as jnp


class Agent(hk.RNNCore):
    """A simple actor with a recurrent core."""

    def __init__(self, num_actions, name=None):
        super().__init__(name=name)
        self._torso = hk.nets.MLP((128, 64), activate_final=True)
        self._core = hk.GRU(64)
        self._policy = hk.Linear(num_actions)
        self._value = hk.Linear(1)

    def initial_state(self, batch_size):
        return self._core.initial_state(batch_size)

    def __call__(self, x, state):
        x = self._torso(x)
        x, state = self._core(x, state)
        return (self._policy(x), self._value(x)), state

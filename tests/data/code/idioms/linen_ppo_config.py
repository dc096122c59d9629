import jax
import jax.numpy as jnp
import flax.linen as nn

config = {"HIDDEN": 32, "LAYERS": 2, "ACTION_DIM": 3, "OBS": 8}


class Policy(nn.Module):
    hidden: int = config["HIDDEN"]
    layers: int = config["LAYERS"]

    def setup(self):
        self.torso = nn.Sequential([nn.Dense(self.hidden), nn.tanh, nn.Dense(self.hidden), nn.tanh])
        self.cells = [nn.LSTMCell(self.hidden) for _ in range(self.layers)]
        self.pi = nn.Dense(config["ACTION_DIM"])
        self.log_std = self.param("log_std", nn.initializers.zeros, (config["ACTION_DIM"],))

    def __call__(self, obs, carries):
        x = self.torso(obs)
        out = []
        for cell, carry in zip(self.cells, carries):
            carry, x = cell(carry, x)
            out.append(carry)
        return self.pi(x), self.log_std, out

    def carry(self, batch):
        return [(jnp.zeros((batch, self.hidden)), jnp.zeros((batch, self.hidden))) for _ in range(self.layers)]


policy = Policy()
params = policy.init(jax.random.key(0), jnp.zeros((1, config["OBS"])), policy.carry(1))

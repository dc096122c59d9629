import jax
import jax.numpy as jnp
import flax.linen as nn

n_actions = 6


class RecurrentQNet(nn.Module):
    action_dim: int

    @nn.compact
    def __call__(self, x, h):
        x = x / 255.0
        x = nn.Conv(32, kernel_size=(8, 8), strides=(4, 4), padding="VALID")(x)
        x = nn.relu(x)
        x = nn.Conv(64, kernel_size=(4, 4), strides=(2, 2), padding="VALID")(x)
        x = nn.relu(x)
        x = nn.Conv(64, kernel_size=(3, 3), strides=(1, 1), padding="VALID")(x)
        x = nn.relu(x)
        x = x.reshape((x.shape[0], -1))
        h, x = nn.GRUCell(256)(h, x)
        x = nn.Dense(512)(x)
        x = nn.relu(x)
        return h, nn.Dense(self.action_dim)(x)


net = RecurrentQNet(action_dim=n_actions)
variables = net.init(jax.random.PRNGKey(0), jnp.zeros((4, 84, 84, 4)), jnp.zeros((4, 256)))

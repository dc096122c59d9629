"""PPO with a recurrent core, PureJaxRL style."""
import functools
from typing import Sequence, Dict

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from flax.linen.initializers import constant, orthogonal


class ScannedRNN(nn.Module):
    @functools.partial(nn.scan, variable_broadcast="params", in_axes=0, out_axes=0, split_rngs={"params": False})
    @nn.compact
    def __call__(self, carry, x):
        rnn_state = carry
        ins, resets = x
        rnn_state = jnp.where(resets[:, np.newaxis], self.initialize_carry(*rnn_state.shape), rnn_state)
        new_rnn_state, y = nn.GRUCell(features=ins.shape[1])(rnn_state, ins)
        return new_rnn_state, y

    @staticmethod
    def initialize_carry(batch_size, hidden_size):
        cell = nn.GRUCell(features=hidden_size)
        return cell.initialize_carry(jax.random.PRNGKey(0), (batch_size, hidden_size))


class ActorCriticRNN(nn.Module):
    action_dim: Sequence[int]
    config: Dict

    @nn.compact
    def __call__(self, hidden, x):
        obs, dones = x
        embedding = nn.Dense(self.config["FC_DIM"], kernel_init=orthogonal(np.sqrt(2)), bias_init=constant(0.0))(obs)
        embedding = nn.relu(embedding)
        hidden, embedding = ScannedRNN()(hidden, (embedding, dones))
        actor_mean = nn.Dense(self.config["GRU_DIM"], kernel_init=orthogonal(2))(embedding)
        actor_mean = nn.relu(actor_mean)
        actor_mean = nn.Dense(self.action_dim, kernel_init=orthogonal(0.01))(actor_mean)
        critic = nn.Dense(self.config["FC_DIM"])(embedding)
        critic = nn.relu(critic)
        critic = nn.Dense(1)(critic)
        return hidden, actor_mean, jnp.squeeze(critic, axis=-1)


config = {"LR": 2.5e-4, "NUM_ENVS": 64, "FC_DIM": 128, "GRU_DIM": 128}
network = ActorCriticRNN(5, config=config)
init_x = (jnp.zeros((1, config["NUM_ENVS"], 30)), jnp.zeros((1, config["NUM_ENVS"])))
init_h = ScannedRNN.initialize_carry(config["NUM_ENVS"], 128)
params = network.init(jax.random.PRNGKey(0), init_h, init_x)

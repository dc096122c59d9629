import flax.linen as nn
import jax, functools
import jax.numpy as jnp
class SimpleLSTM(nn.Module):
    features: int
    @functools.partial(nn.transforms.scan, variable_broadcast='params', in_axes=1, out_axes=1, split_rngs={'params': False})
    @nn.compact
    def __call__(self, carry, x):
        return nn.OptimizedLSTMCell(self.features)(carry, x)
    def initialize_carry(self, input_shape):
        return nn.OptimizedLSTMCell(self.features, parent=None).initialize_carry(jax.random.key(0), input_shape)
@jax.vmap
def flip(inputs, lengths):
    max_length = inputs.shape[0]
    return jnp.flip(jnp.roll(inputs, max_length - lengths, axis=0), axis=0)
class SimpleBiLSTM(nn.Module):
    hidden_size: int
    def setup(self):
        self.forward_lstm = SimpleLSTM(self.hidden_size)
        self.backward_lstm = SimpleLSTM(self.hidden_size)
    def __call__(self, embedded_inputs, lengths):
        batch_size = embedded_inputs.shape[0]
        initial_state = self.forward_lstm.initialize_carry((batch_size, self.hidden_size))
        _, forward_outputs = self.forward_lstm(initial_state, embedded_inputs)
        reversed_inputs = flip(embedded_inputs, lengths)
        initial_state = self.backward_lstm.initialize_carry((batch_size, self.hidden_size))
        _, backward_outputs = self.backward_lstm(initial_state, reversed_inputs)
        return jnp.concatenate([forward_outputs, backward_outputs], -1)

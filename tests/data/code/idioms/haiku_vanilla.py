import haiku as hk
import jax
import jax.numpy as jnp


class Tagger(hk.Module):
    def __init__(self, hidden=20, n_tags=6, name="tagger"):
        super().__init__(name=name)
        self.hidden = hidden
        self.n_tags = n_tags

    def __call__(self, x):
        core = hk.VanillaRNN(self.hidden)
        y, _ = hk.dynamic_unroll(core, x, core.initial_state(x.shape[0]), time_major=False)
        y = jax.nn.relu(y)
        return hk.Linear(self.n_tags)(y)


def forward_fn(x):
    model = Tagger()
    return model(x)


forward = hk.transform(forward_fn)

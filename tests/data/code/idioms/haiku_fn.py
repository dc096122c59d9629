import haiku as hk
import jax
def forward(x):
    core = hk.LSTM(32)
    outs, state = hk.dynamic_unroll(core, x, core.initial_state(x.shape[1]))
    return hk.BatchApply(hk.Linear(10))(outs)
model = hk.transform(forward)

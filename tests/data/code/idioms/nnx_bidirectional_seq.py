from flax import nnx


def build(n_in, units=(32, 16), n_out=4):
    rngs = nnx.Rngs(0)
    blocks = []
    for u in units:
        fwd = nnx.RNN(nnx.GRUCell(n_in, u, rngs=rngs))
        bwd = nnx.RNN(nnx.GRUCell(n_in, u, rngs=rngs))
        blocks.append(nnx.Bidirectional(fwd, bwd, rngs=rngs))
        n_in = 2 * u
    return nnx.Sequential(*blocks, nnx.Linear(n_in, n_out, rngs=rngs))

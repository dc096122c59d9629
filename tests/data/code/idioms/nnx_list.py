from flax import nnx
class Stack(nnx.Module):
    def __init__(self, n_in, h, depth=2, *, rngs):
        self.cells = nnx.List([nnx.GRUCell(in_features=n_in if i == 0 else h, hidden_features=h, rngs=rngs) for i in range(depth)])
        self.head = nnx.Linear(in_features=h, out_features=3, rngs=rngs)

import mlx.core as mx
import mlx.nn as nn
class M(nn.Module):
    def __init__(self, n_in: int = 6, dims: int = 32, n_layers: int = 2):
        super().__init__()
        self.proj = nn.Linear(n_in, dims)
        self.layers = [nn.GRU(dims, dims) for _ in range(n_layers)]
        self.head = nn.Sequential(nn.Linear(dims, 16), nn.ReLU(), nn.Linear(16, 1))

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim


class CharLSTM(nn.Module):
    def __init__(self, vocab_size: int, embed_dim: int = 128, hidden_dim: int = 256, num_layers: int = 2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.layers = [nn.LSTM(embed_dim if i == 0 else hidden_dim, hidden_dim) for i in range(num_layers)]
        self.norm = nn.RMSNorm(hidden_dim)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def __call__(self, x):
        x = self.embedding(x)
        for layer in self.layers:
            x, _ = layer(x)
        return self.out(self.drop(self.norm(x)))

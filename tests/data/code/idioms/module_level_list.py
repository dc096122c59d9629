import torch.nn as nn
layers = []
sizes = [13, 32, 16]
for i in range(len(sizes) - 1):
    layers.append(nn.Linear(sizes[i], sizes[i + 1]))
    layers.append(nn.Tanh())
mlp = nn.Sequential(*layers)
lstm = nn.LSTM(sizes[-1], 24)
class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlp, self.lstm = mlp, lstm

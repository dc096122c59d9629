import numpy as np, torch, torch.nn as nn
data = np.loadtxt("d.csv")
X = torch.tensor(data[:, :-1]).float().view(-1, 10, 4)
class M(nn.Module):
    def __init__(self, n_features, hidden=20):
        super().__init__()
        self.lstm = nn.LSTM(n_features, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)
m = M(X.shape[2])

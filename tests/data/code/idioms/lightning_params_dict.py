import lightning as L
import torch
import torch.nn as nn
from lightning.pytorch.callbacks import EarlyStopping

p = dict(
    seq_len = 24,
    batch_size = 70,
    criterion = nn.MSELoss(),
    max_epochs = 10,
    n_features = 7,
    hidden_size = 100,
    num_layers = 1,
    dropout = 0.2,
    learning_rate = 0.001,
)


class Forecaster(L.LightningModule):
    def __init__(self, n_features, hidden_size, seq_len, batch_size, num_layers, dropout, learning_rate, criterion):
        super().__init__()
        self.save_hyperparameters()
        self.n_features = n_features
        self.hidden_size = hidden_size
        self.rnns = nn.ModuleList()
        for i in range(num_layers + 1):
            self.rnns.append(nn.LSTM(n_features if i == 0 else hidden_size, hidden_size, batch_first=True))
        self.head = nn.Sequential(nn.LayerNorm(hidden_size), nn.Linear(hidden_size, 1))


L.seed_everything(1)
model = Forecaster(
    n_features = p['n_features'],
    hidden_size = p['hidden_size'],
    seq_len = p['seq_len'],
    batch_size = p['batch_size'],
    criterion = p['criterion'],
    num_layers = p['num_layers'],
    dropout = p['dropout'],
    learning_rate = p['learning_rate']
)
trainer = L.Trainer(max_epochs=p['max_epochs'], accelerator="auto")

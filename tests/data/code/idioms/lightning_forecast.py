import torch
from torch import nn
import pytorch_lightning as pl
from torch.utils.data import DataLoader

class LSTMForecaster(pl.LightningModule):
    def __init__(self, n_features, hidden_size, seq_len, batch_size, num_layers, dropout, learning_rate, criterion):
        super(LSTMForecaster, self).__init__()
        self.save_hyperparameters(ignore=['criterion'])
        self.n_features = n_features
        self.hidden_size = hidden_size
        self.criterion = criterion
        self.lstm = nn.LSTM(input_size=n_features, hidden_size=hidden_size, num_layers=num_layers, dropout=dropout, batch_first=True)
        self.linear = nn.Linear(hidden_size, 1)

    def forward(self, x):
        lstm_out, _ = self.lstm(x)
        return self.linear(lstm_out[:, -1])

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.learning_rate)

p = dict(
    seq_len=24,
    batch_size=70,
    criterion=nn.MSELoss(),
    max_epochs=10,
    n_features=7,
    hidden_size=100,
    num_layers=1,
    dropout=0.2,
    learning_rate=0.001,
)

model = LSTMForecaster(
    n_features=p['n_features'],
    hidden_size=p['hidden_size'],
    seq_len=p['seq_len'],
    batch_size=p['batch_size'],
    criterion=p['criterion'],
    num_layers=p['num_layers'],
    dropout=p['dropout'],
    learning_rate=p['learning_rate']
)

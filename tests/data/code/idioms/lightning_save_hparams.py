import pytorch_lightning as pl
import torch
from torch import nn


class LSTMRegressor(pl.LightningModule):
    '''
    Standard PyTorch Lightning module:
    https://pytorch-lightning.readthedocs.io/en/latest/lightning_module.html
    '''
    def __init__(self,
                 n_features,
                 hidden_size=100,
                 num_layers=2,
                 dropout=0.2,
                 learning_rate=0.001,
                 criterion=nn.MSELoss()):
        super(LSTMRegressor, self).__init__()
        self.save_hyperparameters(ignore=["criterion"])
        self.criterion = criterion
        self.lstm = nn.LSTM(input_size=self.hparams.n_features,
                            hidden_size=self.hparams.hidden_size,
                            num_layers=self.hparams["num_layers"],
                            dropout=self.hparams.dropout,
                            batch_first=True)
        self.linear = nn.Linear(self.hparams.hidden_size, 1)

    def forward(self, x):
        # lstm_out = (batch_size, seq_len, hidden_size)
        lstm_out, _ = self.lstm(x)
        y_pred = self.linear(lstm_out[:, -1])
        return y_pred

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.learning_rate)

    def training_step(self, batch, batch_idx):
        x, y = batch
        y_hat = self(x)
        loss = self.criterion(y_hat, y)
        self.log('train_loss', loss)
        return loss

import torch
import torch.nn as nn
from torch.autograd import Variable

class Encoder(nn.Module):
    def __init__(self, input_size=4096, hidden_size=1024, num_layers=2):
        super(Encoder, self).__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=False)
    def forward(self, x):
        outputs, (hidden, cell) = self.lstm(x)
        return (hidden, cell)

class Decoder(nn.Module):
    def __init__(self, input_size=4096, hidden_size=1024, output_size=4096, num_layers=2):
        super(Decoder, self).__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

class LSTMVAE(nn.Module):
    """LSTM-based Variational Auto Encoder"""
    def __init__(self, input_size, hidden_size, latent_size, device=torch.device("cuda")):
        super(LSTMVAE, self).__init__()
        self.device = device
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.latent_size = latent_size
        self.num_layers = 1
        self.lstm_enc = Encoder(input_size=input_size, hidden_size=hidden_size, num_layers=self.num_layers)
        self.lstm_dec = Decoder(input_size=latent_size, output_size=input_size, hidden_size=hidden_size, num_layers=self.num_layers)
        self.fc21 = nn.Linear(self.hidden_size, self.latent_size)
        self.fc22 = nn.Linear(self.hidden_size, self.latent_size)
        self.fc3 = nn.Linear(self.latent_size, self.hidden_size)

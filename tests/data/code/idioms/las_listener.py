import torch
import torch.nn as nn


class pBLSTMLayer(nn.Module):
    def __init__(self, input_feature_dim, hidden_dim, rnn_unit='LSTM', dropout_rate=0.0):
        super(pBLSTMLayer, self).__init__()
        self.rnn_unit = getattr(nn, rnn_unit.upper())

        # feature dimension will be doubled since time resolution reduction
        self.BLSTM = self.rnn_unit(input_feature_dim * 2, hidden_dim, 1, bidirectional=True,
                                   dropout=dropout_rate, batch_first=True)

    def forward(self, input_x):
        batch_size = input_x.size(0)
        timestep = input_x.size(1)
        feature_dim = input_x.size(2)
        # Reduce time resolution
        input_x = input_x.contiguous().view(batch_size, int(timestep / 2), feature_dim * 2)
        output, hidden = self.BLSTM(input_x)
        return output, hidden


class Listener(nn.Module):
    def __init__(self, input_feature_dim, listener_hidden_dim, listener_layer, rnn_unit, dropout_rate=0.0, **kwargs):
        super(Listener, self).__init__()
        # Listener RNN layer
        self.listener_layer = listener_layer
        assert self.listener_layer >= 1, 'Listener should have at least 1 layer'

        self.pLSTM_layer0 = pBLSTMLayer(input_feature_dim, listener_hidden_dim, rnn_unit=rnn_unit, dropout_rate=dropout_rate)

        for i in range(1, self.listener_layer):
            setattr(self, 'pLSTM_layer' + str(i), pBLSTMLayer(listener_hidden_dim * 2, listener_hidden_dim, rnn_unit=rnn_unit, dropout_rate=dropout_rate))


class LAS(nn.Module):
    def __init__(self, input_dim, vocab, hidden=256, **kw):
        super().__init__()
        self.listener = Listener(input_dim, hidden, 3, 'lstm', use_gpu=False)
        self.speller = nn.LSTM(vocab + hidden * 2, hidden * 2, num_layers=2, batch_first=True)
        self.phi, self.psi = [nn.Linear(hidden * 2, 128) for _ in range(2)]
        self.character_distribution = nn.Linear(hidden * 4, vocab)

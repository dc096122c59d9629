import torch
import torch.nn as nn

use_cuda = torch.cuda.is_available()


class DRNN(nn.Module):
    r"""Dilated RNN.

    Example::

        >>> model = DRNN(10, 20, 9)
        >>> rnn = nn.LSTM(10, 20, 2)
        class Old(nn.Module):
            def __init__(self):
                self.l = nn.Linear(4, 4)
    """

    def __init__(self, n_input, n_hidden, n_layers, dropout=0, cell_type='GRU', batch_first=False):
        super(DRNN, self).__init__()

        self.dilations = [2 ** i for i in range(n_layers)]
        self.cell_type = cell_type
        self.batch_first = batch_first

        layers = []
        if self.cell_type == "GRU":
            cell = nn.GRU
        elif self.cell_type == "RNN":
            cell = nn.RNN
        elif self.cell_type == "LSTM":
            cell = nn.LSTM
        else:
            raise NotImplementedError

        for i in range(n_layers):
            if i == 0:
                c = cell(n_input, n_hidden, dropout=dropout)
            else:
                c = cell(n_hidden, n_hidden, dropout=dropout)
            layers.append(c)
        self.cells = nn.Sequential(*layers)

import torch
import torch.nn as nn

CELLS = {
    'lstm': lambda i, h, **kw: nn.LSTM(i, h, **kw),
    'gru': lambda i, h, **kw: nn.GRU(i, h, **kw),
    'elman': lambda i, h, **kw: nn.RNN(i, h, nonlinearity='tanh', **kw),
}
ACTS = nn.ModuleDict([['relu', nn.ReLU()], ['prelu', nn.PReLU(8)]])
hparams = {
    'cell': 'elman', 'n_in': 10, 'hidden': 8 * 4, 'layers': 3,
    'mlp': '64-32-1', 'act': 'prelu',
}


class Model(nn.Module):
    def __init__(self, hp):
        super().__init__()
        mk = CELLS[hp['cell']]
        self.rnn = mk(hp['n_in'], hp['hidden'], num_layers=hp['layers'])
        sizes = [hp['hidden']] + list(map(int, hp['mlp'].split('-')))
        mods = []
        for j in range(len(sizes) - 1):
            mods.append(nn.Linear(sizes[j], sizes[j + 1]))
            if j < len(sizes) - 2:
                mods.append(ACTS[hp['act']])
        self.mlp = nn.Sequential(*mods)


model = Model(hparams)

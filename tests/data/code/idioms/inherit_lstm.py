import torch.nn as nn
class VariationalLSTM(nn.LSTM):
    def __init__(self, *args, dropouti: float = 0., dropouto: float = 0., unit_forget_bias=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.dropouti = dropouti
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = VariationalLSTM(20, 30, num_layers=2, dropouti=.1, bidirectional=True)
        self.fc = nn.Linear(60, 4)

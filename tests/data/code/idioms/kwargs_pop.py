import torch.nn as nn
class Net(nn.Module):
    def __init__(self, **kwargs):
        super().__init__()
        self.input_size = kwargs['input_size']
        self.hidden = kwargs.get('hidden', 32)
        self.layers = kwargs.pop('layers', 1)
        self.rnn = nn.GRU(self.input_size, self.hidden, self.layers)
net = Net(input_size=5, layers=3)

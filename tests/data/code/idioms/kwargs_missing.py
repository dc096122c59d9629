import torch.nn as nn
class Net(nn.Module):
    def __init__(self, **kwargs):
        super().__init__()
        self.rnn = nn.GRU(kwargs['input_size'], kwargs.get('hidden', 32))

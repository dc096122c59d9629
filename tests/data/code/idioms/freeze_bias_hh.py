import torch.nn as nn
class N(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(10, 20)
        self.fc = nn.Linear(20, 2)
        for name, p in self.rnn.named_parameters():
            if 'bias' in name:
                nn.init.constant_(p, 0.)
            elif 'weight' in name:
                nn.init.orthogonal_(p)
        self.fc.weight.requires_grad_(False)

import torch.nn as nn
class N(nn.Module):
    def __init__(self, vocab=500):
        super().__init__()
        self.embed = nn.Embedding(vocab, 50)
        self.rnn = nn.LSTM(50, 60, 1)
        self.fc = nn.Linear(60, 2)
    def freeze(self):
        for p in self.embed.parameters():
            p.requires_grad = False
model = N()
model.freeze()
for name, p in model.named_parameters():
    if name.startswith('fc'):
        p.requires_grad = False

import torch.nn as nn
class Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        h = self.config.hidden_size
        self.embed = nn.Embedding(self.config.vocab_size, self.config.embed_size)
        self.lstm = nn.LSTM(self.config.embed_size, h, self.config.n_layers, bidirectional=self.config.bidirectional)
        self.fc = nn.Linear(h * (1 + self.config.bidirectional), self.config.n_class)

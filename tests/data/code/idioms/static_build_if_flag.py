import torch.nn as nn
USE_GRU = False
N_DIRECTIONS = 2 if not USE_GRU else 1
def make_rnn(kind, *args, **kwargs):
    return {"gru": nn.GRU, "lstm": nn.LSTM}[kind](*args, **kwargs)
class Enc(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.rnn = make_rnn("gru" if USE_GRU else "lstm", d, 2 * d, num_layers=2, bidirectional=N_DIRECTIONS == 2)
        self.mu, self.logvar = (nn.Linear(4 * d, 8) for _ in range(2))

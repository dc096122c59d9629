import torch
import torch.nn as nn
import torch.nn.functional as F


class hp:
    # data
    n_mels = 80
    n_fft = 1024
    # model
    r = 2
    e = 256            # alias = E
    K = 4
    num_highways = 2


def conv1d(i, o, k=1):
    return nn.Conv1d(i, o, k, padding=(k - 1) // 2)


class PreNet(nn.Module):
    def __init__(self, input_size, hidden_size=hp.e):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(input_size, hidden_size), nn.ReLU(), nn.Dropout(), nn.Linear(hidden_size, hidden_size // 2))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.prenet = PreNet(hp.n_mels)
        self.attn_rnn = nn.GRUCell(hp.e // 2, hp.e)
        self.banks = nn.ModuleList()
        for k in range(1, hp.K + 1):
            self.banks.append(conv1d(hp.e, hp.e // 2, k))
        self.decs = nn.ModuleList([nn.GRU(hp.e, hp.e, batch_first=True) for _ in range(2)])
        self.mel = nn.Linear(hp.e, hp.n_mels * hp.r)
        self.mag = nn.Linear(hp.e, 1 + hp.n_fft // 2)


if __name__ == "__main__":
    model = Decoder()
    print(model)

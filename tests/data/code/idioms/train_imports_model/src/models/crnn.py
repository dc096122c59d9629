import torch.nn as nn


class CRNN(nn.Module):
    def __init__(self, n_mels, n_labels, channels=(32, 64), hidden_size=128, num_layers=1, dropout=0.0):
        super().__init__()
        convs, prev = [], 1
        for c in channels:
            convs.append(nn.Conv2d(prev, c, kernel_size=3, stride=(2, 1), padding=1))
            convs.append(nn.BatchNorm2d(c))
            convs.append(nn.ReLU())
            prev = c
        self.convs = nn.Sequential(*convs)
        self.rnn = nn.LSTM(prev * (n_mels // 2 ** len(channels)), hidden_size, num_layers, bidirectional=True,
                           dropout=dropout if num_layers > 1 else 0)
        self.fc = nn.Linear(2 * hidden_size, n_labels + 1)

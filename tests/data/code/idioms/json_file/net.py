import torch.nn as nn


class Recognizer(nn.Module):
    def __init__(self, channels, hidden, classes, dropout=0.0):
        super().__init__()
        layers, c = [], 1
        for ch in channels:
            layers.append(nn.Conv2d(c, ch, 3, padding=1))
            layers.append(nn.BatchNorm2d(ch))
            layers.append(nn.ReLU())
            layers.append(nn.MaxPool2d(2))
            c = ch
        self.features = nn.Sequential(*layers)
        self.rnn = nn.GRU(c * 4, hidden, bidirectional=True)
        self.cls = nn.Linear(2 * hidden, classes)

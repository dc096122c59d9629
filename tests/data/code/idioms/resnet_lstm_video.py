import torch
import torch.nn as nn
import torchvision.models as models


class CRNN(nn.Module):
    def __init__(self, hidden=256, layers=3, n=10):
        super().__init__()
        resnet = models.resnet18(pretrained=True)
        modules = list(resnet.children())[:-1]
        self.resnet = nn.Sequential(*modules)
        self.fc1 = nn.Linear(resnet.fc.in_features, 512)
        self.bn1 = nn.BatchNorm1d(512, momentum=0.01)
        self.lstm = nn.LSTM(512, hidden, layers, batch_first=True)
        self.out = nn.Linear(hidden, n)

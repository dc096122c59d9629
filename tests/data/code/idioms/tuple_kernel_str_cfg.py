import torch.nn as nn
config = """
hidden: 64
"""
class CLDNN(nn.Module):
    def __init__(self, n_classes=11, in_ch=1):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_ch, 64, kernel_size=(2, 8), padding=(0, 3), bias=False),
            nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d((1, 2), stride=(1, 2)))
        self.lstm1 = nn.LSTM(64, 100, batch_first=True)
        self.lstm2 = nn.LSTM(100, 50, batch_first=True)
        self.fc = nn.Sequential(nn.Linear(50, 128), nn.SELU(), nn.AlphaDropout(.3), nn.Linear(128, n_classes))

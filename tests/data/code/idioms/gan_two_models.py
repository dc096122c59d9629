import torch
import torch.nn as nn
class Generator(nn.Module):
    def __init__(self, nz=100, h=64, out=1):
        super().__init__()
        self.lstm = nn.LSTM(nz, h, 2)
        self.fc = nn.Linear(h, out)
class Discriminator(nn.Module):
    def __init__(self, n=1, h=64):
        super().__init__()
        self.lstm = nn.LSTM(n, h, bidirectional=True)
        self.fc = nn.Sequential(nn.Linear(2 * h, 1), nn.Sigmoid())
netG = Generator(nz=50)
netD = Discriminator()
optG = torch.optim.Adam(netG.parameters())

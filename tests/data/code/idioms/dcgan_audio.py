import argparse
import torch
import torch.nn as nn

opt = argparse.Namespace(nz=100, ngf=64, ndf=16, nc=1, ngpu=0)
ngpu = int(opt.ngpu)


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find('Conv') != -1:
        m.weight.data.normal_(0.0, 0.02)
    elif classname.find('BatchNorm') != -1:
        m.weight.data.normal_(1.0, 0.02)
        m.bias.data.fill_(0)


class Discriminator(nn.Module):
    def __init__(self, ngpu):
        super().__init__()
        self.ngpu = ngpu
        ndf = opt.ndf
        self.main = nn.Sequential(
            nn.Conv1d(opt.nc, ndf, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            *[m for k in range(3) for m in (
                nn.Conv1d(ndf * 2 ** k, ndf * 2 ** (k + 1), 4, 2, 1, bias=False),
                nn.BatchNorm1d(ndf * 2 ** (k + 1)),
                nn.LeakyReLU(0.2, inplace=True))],
        )
        self.rnn = nn.GRU(ndf * 8, 64, batch_first=True)
        self.out = nn.Sequential(nn.Linear(64, 1), nn.Sigmoid())


netD = Discriminator(ngpu).to('cpu')
netD.apply(weights_init)

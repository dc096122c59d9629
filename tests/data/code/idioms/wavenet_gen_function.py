import torch.nn as nn
def conv_block(ci, co, *args, **kwargs):
    return nn.Sequential(nn.Conv2d(ci, co, *args, **kwargs), nn.BatchNorm2d(co), nn.LeakyReLU(.1))
class Net(nn.Module):
    cfg = [(1, 16), (16, 32), (32, 64)]
    def __init__(self, n_mel=64, n_class=10):
        super().__init__()
        self.blocks = nn.Sequential(*(conv_block(i, o, 3, padding=1) for i, o in self.cfg))
        self.gru = nn.GRU(self.cfg[-1][1] * n_mel // 2 ** 3, 128, 2, bidirectional=True)
        self.fc = nn.Linear(*[256, n_class])
net = Net(n_class=50)

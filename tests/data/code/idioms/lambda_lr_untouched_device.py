import torch, torch.nn as nn, torch.nn.functional as F

d = 'cuda:0' if torch.cuda.is_available() else 'cpu'
H = W = 28
C = 1


class ConvLSTMNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(C, 10, 5)
        self.pool = nn.MaxPool2d(2)
        n = self._feat((C, H, W))
        self.rnn = nn.LSTM(n, 64, batch_first=True)
        self.fc = nn.Linear(64, 10)

    def _feat(self, shape):
        with torch.no_grad():
            x = torch.rand(1, *shape)
            x = self.pool(F.relu(self.conv(x)))
            return int(x.numel() / x.size(0))


net = ConvLSTMNet().to(d)
net = nn.DataParallel(net)
opt = torch.optim.SGD(net.parameters(), lr=1e-2)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda e: 0.95 ** e)

import torch, torch.nn as nn
class DRQN(nn.Module):
    def __init__(self, shape=(4, 84, 84), n_actions=6):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(shape[0], 32, 8, stride=4), nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2), nn.ReLU(),
            nn.Conv2d(64, 64, 3, stride=1), nn.ReLU())
        conv_out = self._get_conv_out(shape)
        self.lstm = nn.LSTM(conv_out, 512, batch_first=True)
        self.fc = nn.Linear(512, n_actions)
    def _get_conv_out(self, shape):
        o = self.conv(torch.zeros(1, *shape))
        return int(np.prod(o.size()))

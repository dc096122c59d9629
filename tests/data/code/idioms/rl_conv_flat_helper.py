import torch
import torch.nn as nn


def conv2d_size_out(size, kernel_size=5, stride=2):
    return (size - (kernel_size - 1) - 1) // stride + 1


class DRQN(nn.Module):
    def __init__(self, h, w, outputs):
        super(DRQN, self).__init__()
        self.conv1 = nn.Conv2d(3, 16, kernel_size=5, stride=2)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5, stride=2)
        self.bn2 = nn.BatchNorm2d(32)
        convw = conv2d_size_out(conv2d_size_out(w))
        convh = conv2d_size_out(conv2d_size_out(h))
        linear_input_size = convw * convh * 32
        self.lstm = nn.LSTM(linear_input_size, 128, batch_first=True)
        self.head = nn.Linear(128, outputs)


screen_height, screen_width = 40, 60
n_actions = 2
agent = DRQN(screen_height, screen_width, n_actions).to(device="cpu")

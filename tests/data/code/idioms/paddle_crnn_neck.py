import paddle
from paddle import nn


class ConvBNLayer(nn.Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, act='relu'):
        super(ConvBNLayer, self).__init__()
        self.conv = nn.Conv2D(in_channels=in_channels, out_channels=out_channels, kernel_size=kernel_size, stride=stride,
                              padding=(kernel_size - 1) // 2, bias_attr=False)
        self.bn = nn.BatchNorm2D(out_channels)
        self.act = act


class EncoderWithRNN(nn.Layer):
    def __init__(self, in_channels, hidden_size):
        super(EncoderWithRNN, self).__init__()
        self.out_channels = hidden_size * 2
        self.lstm = nn.LSTM(in_channels, hidden_size, direction='bidirectional', num_layers=2)


class CTCModel(nn.Layer):
    def __init__(self, in_channels=3, hidden_size=256, n_char=36):
        super().__init__()
        layers = []
        for i, c in enumerate([64, 128, 256, 320]):
            layers.append(self.add_sublayer(f'conv{i}', ConvBNLayer(in_channels, c, 3)))
            in_channels = c
        self.neck = EncoderWithRNN(in_channels, hidden_size)
        self.head = nn.Linear(self.neck.out_channels, n_char + 1)

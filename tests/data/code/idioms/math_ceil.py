import math
import torch.nn as nn
class DeepSpeech2(nn.Module):
    def __init__(self, labels="_'ABCDEFGHIJKLMNOPQRSTUVWXYZ ", sample_rate=16000, window_size=0.02, rnn_hidden_size=400, nb_layers=3):
        super().__init__()
        num_classes = len(labels)
        self.conv = nn.Sequential(
            nn.Conv2d(1, 32, kernel_size=(41, 11), stride=(2, 2), padding=(20, 5)), nn.BatchNorm2d(32), nn.Hardtanh(0, 20, inplace=True),
            nn.Conv2d(32, 32, kernel_size=(21, 11), stride=(2, 1), padding=(10, 5)), nn.BatchNorm2d(32))
        rnn_input_size = int(math.floor((sample_rate * window_size) / 2) + 1)
        rnn_input_size = int(math.floor(rnn_input_size + 2 * 20 - 41) / 2 + 1)
        rnn_input_size = int(math.floor(rnn_input_size + 2 * 10 - 21) / 2 + 1)
        rnn_input_size *= 32
        self.rnn = nn.LSTM(rnn_input_size, rnn_hidden_size, nb_layers, bidirectional=True, bias=True)
        self.fc = nn.Sequential(nn.BatchNorm1d(rnn_hidden_size), nn.Linear(rnn_hidden_size, num_classes, bias=False))

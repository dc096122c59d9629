import torch
import torch.nn as nn


class CRN(nn.Module):
    def __init__(self, rnn_units=128, kernel_num=[16, 32, 64], fft_len=256, kernel_size=5):
        super().__init__()
        self.kernel_num = [2] + kernel_num
        self.encoder = nn.ModuleList()
        self.decoder = nn.ModuleList()
        for idx in range(len(self.kernel_num) - 1):
            self.encoder.append(
                nn.Sequential(
                    nn.Conv2d(self.kernel_num[idx], self.kernel_num[idx + 1], kernel_size=(kernel_size, 2), stride=(2, 1), padding=(2, 1)),
                    nn.BatchNorm2d(self.kernel_num[idx + 1]),
                    nn.PReLU(),
                )
            )
        hidden_dim = fft_len // (2 ** (len(self.kernel_num)))
        self.enhance = nn.LSTM(
            input_size=hidden_dim * self.kernel_num[-1],
            hidden_size=rnn_units, num_layers=2, batch_first=False)
        self.tranform = nn.Linear(rnn_units, hidden_dim * self.kernel_num[-1])

        for idx in range(len(self.kernel_num) - 1, 0, -1):
            last = idx == 1
            block = [nn.ConvTranspose2d(self.kernel_num[idx] * 2, self.kernel_num[idx - 1], kernel_size=(kernel_size, 2), stride=(2, 1), padding=(2, 0), output_padding=(1, 0))]
            if not last:
                block += [nn.BatchNorm2d(self.kernel_num[idx - 1]), nn.PReLU()]
            self.decoder.append(nn.Sequential(*block))


net = CRN(rnn_units=64)

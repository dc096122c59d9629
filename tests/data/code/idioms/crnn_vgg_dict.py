import torch.nn as nn
from collections import OrderedDict


class BidirectionalLSTM(nn.Module):
    # Inputs hidden units Out
    def __init__(self, nIn, nHidden, nOut):
        super(BidirectionalLSTM, self).__init__()

        self.rnn = nn.LSTM(nIn, nHidden, bidirectional=True)
        self.embedding = nn.Linear(nHidden * 2, nOut)

    def forward(self, input):
        recurrent, _ = self.rnn(input)
        T, b, h = recurrent.size()
        t_rec = recurrent.view(T * b, h)

        output = self.embedding(t_rec)  # [T * b, nOut]
        output = output.view(T, b, -1)

        return output


class CRNN(nn.Module):
    def __init__(self, nc, nclass, nh, leakyRelu=False):
        super(CRNN, self).__init__()
        cfg = [(64, 'M'), (128, 'M'), (256, None), (256, (2, 1)), (512, None), (512, (2, 1)), (512, None)]
        cnn = nn.Sequential()
        c = nc
        for i, (nOut, pool) in enumerate(cfg):
            k, p = (2, 0) if i == len(cfg) - 1 else (3, 1)
            cnn.add_module('conv{0}'.format(i), nn.Conv2d(c, nOut, k, 1, p))
            if i in (2, 4, 6):
                cnn.add_module('batchnorm{0}'.format(i), nn.BatchNorm2d(nOut))
            if leakyRelu:
                cnn.add_module('relu{0}'.format(i), nn.LeakyReLU(0.2, inplace=True))
            else:
                cnn.add_module('relu{0}'.format(i), nn.ReLU(True))
            if pool == 'M':
                cnn.add_module('pooling{0}'.format(i), nn.MaxPool2d(2, 2))
            elif pool:
                cnn.add_module('pooling{0}'.format(i), nn.MaxPool2d((2, 2), pool, (0, 1)))
            c = nOut
        self.cnn = cnn
        self.rnn = nn.Sequential(OrderedDict([
            ('rnn1', BidirectionalLSTM(512, nh, nh)),
            ('rnn2', BidirectionalLSTM(nh, nh, nclass))]))

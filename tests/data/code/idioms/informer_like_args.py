import argparse
import os
import torch
import torch.nn as nn

parser = argparse.ArgumentParser(description='[LSTM] Long Sequences Forecasting')

parser.add_argument('--model', type=str, required=False, default='lstnet', help='model of experiment, options: [lstnet, gru]')
parser.add_argument('--data', type=str, default='ETTh1', help='data')
parser.add_argument('--features', type=str, default='M', help='forecasting task, options:[M, S, MS]')
parser.add_argument('--seq_len', type=int, default=168)
parser.add_argument('--enc_in', type=int, default=7, help='encoder input size')
parser.add_argument('--c_out', type=int, default=7, help='output size')
parser.add_argument('--hidRNN', type=int, default=100)
parser.add_argument('--hidCNN', type=int, default=100)
parser.add_argument('--hidSkip', type=int, default=5)
parser.add_argument('--CNN_kernel', type=int, default=6)
parser.add_argument('--skip', type=float, default=24)
parser.add_argument('--highway_window', type=int, default=24)
parser.add_argument('--dropout', type=float, default=0.2)
parser.add_argument('--use_gpu', type=bool, default=True, help='use gpu')
parser.add_argument('--distil', action='store_false', help='whether to use distilling in encoder', default=True)
parser.add_argument('--mix', action='store_true')
args = parser.parse_args()
args.use_gpu = True if torch.cuda.is_available() and args.use_gpu else False

data_parser = {
    'ETTh1': {'data': 'ETTh1.csv', 'T': 'OT', 'M': [7, 7, 7], 'S': [1, 1, 1], 'MS': [7, 7, 1]},
    'ECL': {'data': 'ECL.csv', 'T': 'MT_320', 'M': [321, 321, 321], 'S': [1, 1, 1], 'MS': [321, 321, 1]},
}
if args.data in data_parser.keys():
    data_info = data_parser[args.data]
    args.data_path = data_info['data']
    args.target = data_info['T']
    args.enc_in, args.dec_in, args.c_out = data_info[args.features]


class LSTNet(nn.Module):
    def __init__(self, args):
        super(LSTNet, self).__init__()
        self.P = args.seq_len
        self.m = args.enc_in
        self.hidR = args.hidRNN
        self.hidC = args.hidCNN
        self.hidS = args.hidSkip
        self.Ck = args.CNN_kernel
        self.skip = int(args.skip)
        self.pt = int((self.P - self.Ck) / self.skip)
        self.hw = args.highway_window
        self.conv1 = nn.Conv2d(1, self.hidC, kernel_size=(self.Ck, self.m))
        self.GRU1 = nn.GRU(self.hidC, self.hidR)
        self.dropout = nn.Dropout(p=args.dropout)
        if (self.skip > 0):
            self.GRUskip = nn.GRU(self.hidC, self.hidS)
            self.linear1 = nn.Linear(self.hidR + self.skip * self.hidS, self.m)
        else:
            self.linear1 = nn.Linear(self.hidR, self.m)
        if (self.hw > 0):
            self.highway = nn.Linear(self.hw, 1)


class Exp_Main(object):
    def __init__(self, args):
        self.args = args
        self.model = self._build_model()

    def _build_model(self):
        model_dict = {'lstnet': LSTNet}
        model = model_dict[self.args.model](self.args).float()
        return model


exp = Exp_Main(args)
model = exp.model

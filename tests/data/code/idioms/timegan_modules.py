import torch
import torch.nn as nn


class Options():
    """Experiment options."""
    def __init__(self):
        self.z_dim = 6
        self.hidden_dim = 24
        self.num_layer = 3
        self.module = "gru"


def _rnn(module, *args, **kwargs):
    return {"gru": nn.GRU, "lstm": nn.LSTM, "rnn": nn.RNN}[module](*args, **kwargs)


class Block(nn.Module):
    def __init__(self, opt, n_in, n_out, n_layer=None):
        super().__init__()
        n_layer = n_layer if n_layer is not None else opt.num_layer
        self.rnn = _rnn(opt.module, n_in, opt.hidden_dim, num_layers=n_layer)
        self.fc = nn.Linear(opt.hidden_dim, n_out)
        self.act = nn.Sigmoid()


class TimeGAN(nn.Module):
    def __init__(self, opt):
        super().__init__()
        self.opt = opt
        h, z = opt.hidden_dim, opt.z_dim
        self.nete = Block(opt, z, h)
        self.netr = Block(opt, h, z)
        self.netg = Block(opt, z, h)
        self.netd = Block(opt, h, 1)
        self.nets = Block(opt, h, h, opt.num_layer - 1)


gan = TimeGAN(Options())

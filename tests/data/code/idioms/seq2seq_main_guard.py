import random
import torch
import torch.nn as nn
import torch.optim as optim


class Encoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.rnn = nn.GRU(cfg.src_dim, cfg.hid, cfg.layers)


class Decoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.rnn = nn.GRU(cfg.tgt_dim, cfg.hid, cfg.layers)
        self.fc = nn.Linear(cfg.hid, cfg.tgt_dim)


class Seq2Seq(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.encoder, self.decoder = Encoder(cfg), Decoder(cfg)
        assert self.encoder.rnn.hidden_size == self.decoder.rnn.hidden_size, "!"


class Cfg:
    def __init__(self, **kw):
        self.src_dim, self.tgt_dim = 5, 3
        self.hid = 32
        self.layers = kw.pop("layers", 1)
        for k, v in kw.items():
            setattr(self, k, v)


def main():
    global model
    random.seed(0)
    cfg = Cfg(layers=2, hid=48)
    model = Seq2Seq(cfg)
    opt = optim.Adam(model.parameters())
    for step in range(0):
        opt.step()


if __name__ == '__main__':
    main()

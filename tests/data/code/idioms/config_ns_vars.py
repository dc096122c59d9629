import argparse
import torch.nn as nn

DEFAULTS = dict(emb=128, hid=256, layers=2, cell='LSTM', tied=True)


def get_args(argv=None):
    ap = argparse.ArgumentParser()
    ap.add_argument('--vocab', '-v', type=int, default=9000)
    for k, v in DEFAULTS.items():
        ap.add_argument(f'--{k}', type=type(v), default=v)
    g = ap.add_mutually_exclusive_group()
    g.add_argument('--no-cuda', action='store_true')
    ap.set_defaults(hid=128)
    return ap.parse_args(argv)


class LM(nn.Module):
    def __init__(self, vocab, emb, hid, layers, cell, tied, **_):
        super().__init__()
        self.enc = nn.Embedding(vocab, emb)
        self.rnn = nn.__dict__[cell](emb, hid, layers)
        self.dec = nn.Linear(hid, vocab)
        if tied and emb == hid:
            self.dec.weight = self.enc.weight


if __name__ == '__main__':
    args = get_args()
    model = LM(**vars(args))

from argparse import ArgumentParser
import torch
import torch.nn as nn
import pytorch_lightning as pl

class TagModel(pl.LightningModule):
    def __init__(self, hparams):
        super().__init__()
        self.hparams = hparams
        self.emb = nn.Embedding(self.hparams.vocab_size, self.hparams.emb_dim, padding_idx=0)
        self.rnn = nn.LSTM(self.hparams.emb_dim, self.hparams.hid_dim // 2, num_layers=self.hparams.layers, bidirectional=True)
        self.out = nn.Linear(self.hparams.hid_dim, self.hparams.n_tags)

    @staticmethod
    def add_model_specific_args(parent_parser):
        parser = ArgumentParser(parents=[parent_parser], add_help=False)
        parser.add_argument('--vocab_size', type=int, default=5000)
        parser.add_argument('--emb_dim', type=int, default=100)
        parser.add_argument('--hid-dim', type=int, default=200)
        parser.add_argument('--layers', default=2, type=int)
        parser.add_argument('--n_tags', default=9, type=int)
        return parser

def main():
    parser = ArgumentParser()
    parser.add_argument('--gpus', default=0)
    parser = TagModel.add_model_specific_args(parser)
    args = parser.parse_args()
    model = TagModel(args)

if __name__ == '__main__':
    main()

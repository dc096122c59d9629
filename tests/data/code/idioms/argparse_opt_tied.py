import argparse, torch
from torch import nn

def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--hidden_dim", "-hd", default=128, type=int)
    p.add_argument("--embed-dim", type=int, default=64)
    p.add_argument("--bi", action="store_true", default=True)
    p.add_argument("--num_class", type=int, required=True)
    p.add_argument("--cell", choices=["lstm", "gru"], default="gru")
    return p.parse_args()

RNNS = {"lstm": nn.LSTM, "gru": nn.GRU}

class Classifier(nn.Module):
    def __init__(self, args, vocab_size=10_000):
        super().__init__()
        self.args = args
        D = 2 if args.bi else 1
        self.emb = nn.Embedding(vocab_size, args.embed_dim)
        self.rnn = RNNS[args.cell](args.embed_dim, args.hidden_dim, bidirectional=args.bi)
        self.fc = nn.Linear(args.hidden_dim * D, args.num_class)

def main():
    args = get_args()
    net = Classifier(args)
    print(net)

if __name__ == "__main__":
    main()

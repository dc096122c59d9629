from absl import app, flags
import torch.nn as nn

flags.DEFINE_integer("hidden", 32, "units")
flags.DEFINE_bool("bi", True, "both directions")
DEPTH = flags.DEFINE_integer("depth", default=2, help="layers")
flags.DEFINE_enum("cell", "GRU", ["LSTM", "GRU"], "cell")
FLAGS = flags.FLAGS


class Net(nn.Module):
    def __init__(self, features, hidden, depth):
        super().__init__()
        self.rnn = getattr(nn, FLAGS.cell)(features, hidden, depth, bidirectional=FLAGS.bi)


def main(argv):
    del argv
    net = Net(10, FLAGS.hidden, DEPTH.value)
    print(net)


if __name__ == "__main__":
    app.run(main)

import paddle
from paddle import nn
import paddle.nn.functional as F


class AttentionGRUCell(nn.Layer):
    def __init__(self, input_size, hidden_size, num_embeddings, use_gru=True):
        super().__init__()
        self.i2h = nn.Linear(input_size, hidden_size, bias_attr=False)
        self.h2h = nn.Linear(hidden_size, hidden_size)
        self.score = nn.Linear(hidden_size, 1, bias_attr=False)
        self.rnn = nn.GRUCell(input_size=input_size + num_embeddings, hidden_size=hidden_size)
        self.hidden_size = hidden_size


class Decoder(nn.Layer):
    def __init__(self, vocab_size, in_channels=128, hidden_size=96, **kwargs):
        super(Decoder, self).__init__()
        self.attention_cell = AttentionGRUCell(in_channels, hidden_size, vocab_size, use_gru=False)
        self.generator = nn.Linear(hidden_size, vocab_size)
        self.bn = nn.BatchNorm1D(hidden_size)

import torch
import torch.nn as nn


def get_mask(sequences_batch, sequences_lengths):
    return None


class Seq2SeqEncoder(nn.Module):
    def __init__(self, rnn_type, input_size, hidden_size, num_layers=1, bias=True, dropout=0.0, bidirectional=False):
        assert issubclass(rnn_type, nn.RNNBase), "rnn_type must be a class inheriting from torch.nn.RNNBase"
        super(Seq2SeqEncoder, self).__init__()
        self.rnn_type = rnn_type
        self._encoder = rnn_type(input_size, hidden_size, num_layers=num_layers, bias=bias, batch_first=True, dropout=dropout, bidirectional=bidirectional)


class SoftmaxAttention(nn.Module):
    def forward(self, a, b):
        return a, b


class ESIM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_size, embeddings=None, padding_idx=0, dropout=0.5, num_classes=3, device="cpu"):
        super(ESIM, self).__init__()
        self.vocab_size = vocab_size
        self.embedding_dim = embedding_dim
        self._word_embedding = nn.Embedding(self.vocab_size, self.embedding_dim, padding_idx=padding_idx, _weight=embeddings)
        self._encoding = Seq2SeqEncoder(nn.LSTM, self.embedding_dim, hidden_size, bidirectional=True)
        self._attention = SoftmaxAttention()
        self._projection = nn.Sequential(nn.Linear(4 * 2 * hidden_size, hidden_size), nn.ReLU())
        self._composition = Seq2SeqEncoder(nn.LSTM, hidden_size, hidden_size, bidirectional=True)
        self._classification = nn.Sequential(nn.Dropout(p=dropout),
                                             nn.Linear(2 * 4 * hidden_size, hidden_size),
                                             nn.Tanh(),
                                             nn.Dropout(p=dropout),
                                             nn.Linear(hidden_size, num_classes))
        # Initialize all weights and biases in the model.
        self.apply(_init_esim_weights)


def _init_esim_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight.data)
        nn.init.constant_(module.bias.data, 0.0)
    elif isinstance(module, nn.LSTM):
        nn.init.xavier_uniform_(module.weight_ih_l0.data)
        hidden_size = module.bias_hh_l0.data.shape[0] // 4
        module.bias_hh_l0.data[hidden_size:(2 * hidden_size)] = 1.0
        if (module.bidirectional):
            nn.init.xavier_uniform_(module.weight_ih_l0_reverse.data)


model = ESIM(vocab_size=30000, embedding_dim=300, hidden_size=300)

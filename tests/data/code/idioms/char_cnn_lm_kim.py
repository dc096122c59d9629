import torch
import torch.nn as nn
import torch.nn.functional as F


class Highway(nn.Module):
    """Highway network"""
    def __init__(self, input_size):
        super(Highway, self).__init__()
        self.fc1 = nn.Linear(input_size, input_size, bias=True)
        self.fc2 = nn.Linear(input_size, input_size, bias=True)

    def forward(self, x):
        t = torch.sigmoid(self.fc1(x))
        return torch.mul(t, F.relu(self.fc2(x))) + torch.mul(1 - t, x)


class LM(nn.Module):
    """CNN + highway network + LSTM
    # Input: 4D tensor with shape [batch_size, in_channel, height, width]
    # Arguments:
        char_emb_dim: the size of each character's embedding
    """
    def __init__(self, word_vocab, char_vocab, max_len=21, embed_dim=15, seq_len=35, batch_size=20):
        super(LM, self).__init__()
        self.char_embed = nn.Embedding(char_vocab, embed_dim, padding_idx=0)

        # list of tuples: (the number of filter, width)
        # self.filter_num_width = [(25, 1), (50, 2)]
        self.filter_num_width = [(w * 25, w) for w in range(1, 7)]

        self.convolutions = []
        for out_channel, filter_width in self.filter_num_width:
            self.convolutions.append(
                nn.Conv2d(1, out_channel, kernel_size=(embed_dim, filter_width), bias=True)
            )
        self.convolutions = nn.ModuleList(self.convolutions)

        self.highway_input_dim = sum([x for x, y in self.filter_num_width])
        self.batch_norm = nn.BatchNorm1d(self.highway_input_dim, affine=False)

        self.highway1 = Highway(self.highway_input_dim)
        self.highway2 = Highway(self.highway_input_dim)

        # LSTM
        self.lstm_num_layers = 2
        self.lstm = nn.LSTM(input_size=self.highway_input_dim, hidden_size=300, num_layers=self.lstm_num_layers, bias=True, dropout=0.5, batch_first=True)
        self.dropout = nn.Dropout(p=0.5)
        self.linear = nn.Linear(300, word_vocab)


net = LM(word_vocab=10000, char_vocab=51)

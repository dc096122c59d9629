import torch
import torch.nn as nn
import torch.nn.functional as F


class Generator(nn.Module):
    ''' C-RNN-GAN generator
    '''
    def __init__(self, num_feats, hidden_units=256, drop_prob=0.6, use_cuda=False):
        super(Generator, self).__init__()

        # params
        self.hidden_dim = hidden_units
        self.use_cuda = use_cuda
        self.num_feats = num_feats

        self.fc_layer1 = nn.Linear(in_features=(num_feats*2), out_features=hidden_units)
        self.lstm_cell1 = nn.LSTMCell(input_size=hidden_units, hidden_size=hidden_units)
        self.dropout = nn.Dropout(p=drop_prob)
        self.lstm_cell2 = nn.LSTMCell(input_size=hidden_units, hidden_size=hidden_units)
        self.fc_layer2 = nn.Linear(in_features=hidden_units, out_features=num_feats)

    def forward(self, z, states):
        if self.use_cuda:
            z = z.cuda()
        batch_size, seq_len, num_feats = z.shape
        prev_gen = torch.empty([batch_size, num_feats]).uniform_()
        state1, state2 = states
        gen_feats = []
        for i in range(seq_len):
            concat_in = torch.cat((z[:, i, :], prev_gen), dim=-1)
            out = F.relu(self.fc_layer1(concat_in))
            h1, c1 = self.lstm_cell1(out, state1)
            h2, c2 = self.lstm_cell2(self.dropout(h1), state2)
            prev_gen = self.fc_layer2(h2)
            gen_feats.append(prev_gen)
            state1 = (h1, c1)
            state2 = (h2, c2)
        return torch.stack(gen_feats, dim=1), (state1, state2)


class Discriminator(nn.Module):
    def __init__(self, num_feats, hidden_units=256, drop_prob=0.6, use_cuda=False):
        super(Discriminator, self).__init__()
        self.hidden_dim = hidden_units
        self.num_layers = 2
        self.dropout = nn.Dropout(p=drop_prob)
        self.lstm = nn.LSTM(input_size=num_feats, hidden_size=hidden_units, num_layers=self.num_layers, batch_first=True, dropout=drop_prob, bidirectional=True)
        self.fc_layer = nn.Linear(in_features=(2*hidden_units), out_features=1)

import torch.nn as nn
class StackedBRNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, dropout_rate=0, rnn_type=nn.LSTM, concat_layers=False):
        super(StackedBRNN, self).__init__()
        self.num_layers = num_layers
        self.concat_layers = concat_layers
        self.rnns = nn.ModuleList()
        for i in range(num_layers):
            input_size = input_size if i == 0 else 2 * hidden_size
            self.rnns.append(rnn_type(input_size, hidden_size, num_layers=1, bidirectional=True))
class Reader(nn.Module):
    RNN_TYPES = {'lstm': nn.LSTM, 'gru': nn.GRU, 'rnn': nn.RNN}
    def __init__(self, args):
        super().__init__()
        self.doc_rnn = StackedBRNN(input_size=args.embedding_dim + args.num_features, hidden_size=args.hidden_size,
            num_layers=args.doc_layers, rnn_type=self.RNN_TYPES[args.rnn_type])
        doc_hidden_size = 2 * args.hidden_size
        if args.concat_rnn_layers:
            doc_hidden_size *= args.doc_layers
        self.start = nn.Bilinear(doc_hidden_size, doc_hidden_size, 1)

import paddle
import paddle.nn as nn


class LSTMModel(nn.Layer):
    def __init__(self, vocab_size, num_classes, emb_dim=128, padding_idx=0, lstm_hidden_size=198, direction="forward", lstm_layers=1, dropout_rate=0.0, pooling_type=None, fc_hidden_size=96):
        super().__init__()
        self.embedder = nn.Embedding(num_embeddings=vocab_size, embedding_dim=emb_dim, padding_idx=padding_idx)
        self.lstm_encoder = nn.LSTM(emb_dim, lstm_hidden_size, num_layers=lstm_layers, direction=direction, dropout=dropout_rate)
        num_directions = 2 if direction in ["bidirect", "bidirectional"] else 1
        self.fc = nn.Linear(lstm_hidden_size * num_directions, fc_hidden_size)
        self.output_layer = nn.Linear(fc_hidden_size, num_classes)


model = LSTMModel(1000, 2, direction="bidirectional", lstm_hidden_size=64)
model = paddle.DataParallel(model)

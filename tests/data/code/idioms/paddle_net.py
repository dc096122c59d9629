import paddle
import paddle.nn as nn
class Net(nn.Layer):
    def __init__(self, vocab_size, emb=64, hid=96, n_cls=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb, padding_idx=0)
        self.lstm = nn.LSTM(emb, hid, num_layers=2, direction='bidirect', dropout=0.2)
        self.fc = nn.Linear(hid * 2, n_cls)

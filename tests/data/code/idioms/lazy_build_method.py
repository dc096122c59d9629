import torch.nn as nn
class Model(nn.Module):
    def __init__(self, params):
        super(Model, self).__init__()
        self.params = params
        self._build()
    def _build(self):
        p = self.params
        self.word_emb = nn.Embedding(p['word_vocab'], p['word_dim'], padding_idx=0)
        self.char_emb = nn.Embedding(p['char_vocab'], p['char_dim'])
        self.char_lstm = nn.LSTM(p['char_dim'], p['char_hid'] // 2, bidirectional=True)
        self.lstm = nn.LSTM(p['word_dim'] + p['char_hid'], p['hid'] // 2, p.get('nl', 1), bidirectional=True)
        self.out = nn.Linear(p['hid'], len(p['tags']))
params = {'word_vocab': 5000, 'word_dim': 100, 'char_vocab': 80, 'char_dim': 25, 'char_hid': 50, 'hid': 200, 'tags': ['O', 'B-PER', 'I-PER']}
model = Model(params)

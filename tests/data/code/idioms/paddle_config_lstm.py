import paddle
import paddle.nn as nn

config = {
    'embed': 100,
    'vocab': 8000,
    'hidden': [128, 64],
    'direction': 'bidirect',
}


class Tagger(nn.Layer):
    def __init__(self, config):
        super().__init__()
        self.emb = nn.Embedding(config['vocab'], config['embed'], padding_idx=0)
        n_in = config['embed']
        self.rnns = nn.LayerList()
        self.norms = nn.LayerList([])
        for h in config['hidden']:
            self.rnns.append(nn.LSTM(n_in, h, direction=config['direction'], time_major=True))
            n_in = h * 2
            self.norms.append(nn.LayerNorm(n_in))
        self.fc = nn.Linear(n_in, 9)


net = Tagger(config)
paddle.summary(net, (1, 20), dtypes='int64')

from tensorflow.keras import layers, models, Input

CONFIG = dict(
    encoder=dict(type='LSTM', units=96, layers=2, bidirectional=True),
    decoder=dict(type='GRU', units=128, layers=1),
    vocab=dict(src=1200, tgt=1500), emb=64,
)

def make_rnn(type, units, layers_=1, bidirectional=False, **kw):
    def apply(x):
        for i in range(layers_):
            rnn = getattr(layers, type)(units, return_sequences=True, name=f"{type.lower()}_{units}_{i}", **kw)
            x = layers.Bidirectional(rnn)(x) if bidirectional else rnn(x)
        return x
    return apply

def build(cfg):
    enc_cfg = {**cfg['encoder']}
    n = enc_cfg.pop('layers')
    enc = make_rnn(layers_=n, **enc_cfg)
    src = Input((None,))
    tgt = Input((None,))
    h = enc(layers.Embedding(cfg['vocab']['src'], cfg['emb'])(src))
    ctx = layers.GlobalMaxPool1D()(h)
    ctx = layers.Dense(cfg['decoder']['units'], activation='tanh')(ctx)
    y = layers.Embedding(cfg['vocab']['tgt'], cfg['emb'])(tgt)
    y = layers.GRU(cfg['decoder']['units'], return_sequences=True)(y, initial_state=ctx)
    y = layers.Attention(use_scale=True)([layers.Dense(192)(y), h])
    return models.Model([src, tgt], layers.Dense(cfg['vocab']['tgt'])(y))

net = build(CONFIG)

import haiku as hk
VOCAB, DIM = 128, 64
def net(tokens):
    emb = hk.Embed(vocab_size=VOCAB, embed_dim=DIM)(tokens)
    core = hk.DeepRNN([hk.GRU(DIM), hk.GRU(DIM)])
    y, _ = hk.dynamic_unroll(core, emb, core.initial_state(1))
    return hk.Linear(VOCAB)(y)

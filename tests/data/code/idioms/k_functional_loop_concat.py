import keras
from keras import layers as L
def create(embeddings=[(100, 8), (50, 4)], n_num=3, steps=12):
    ins, outs = [], []
    for k, (n, d) in enumerate(embeddings):
        i = L.Input((steps,), name=f"cat_{k}")
        ins.append(i)
        outs.append(L.Embedding(n, d)(i))
    num = L.Input((steps, n_num), name="num")
    ins.append(num)
    x = L.Concatenate()(outs + [num])
    for u in (32, 16):
        x = L.Bidirectional(L.GRU(u, return_sequences=True))(x)
    x = L.TimeDistributed(L.Dense(1))(x)
    return keras.Model(inputs=ins, outputs=x)
m = create()

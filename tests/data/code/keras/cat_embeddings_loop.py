import pandas as pd
from tensorflow.keras.layers import Input, Embedding, Reshape, Concatenate, Dense, LSTM, Flatten, SpatialDropout1D, RepeatVector
from tensorflow.keras.models import Model

cat_cols = ['store_nbr', 'family', 'city']
cardinality = {'store_nbr': 54, 'family': 33, 'city': 22}
window, n_num = 16, 6

inputs, embeds = [], []
for c in cat_cols:
    inp = Input(shape=(1,), name=f'{c}_in')
    dim = min(50, (cardinality[c] + 1) // 2)
    e = Embedding(cardinality[c] + 1, dim, name=f'emb_{c}')(inp)
    e = Reshape((dim,))(e)
    inputs.append(inp)
    embeds.append(e)
ts = Input(shape=(window, n_num), name='ts')
h = LSTM(64)(ts)
x = Concatenate()(embeds + [h])
for u in [128, 64][:2]:
    x = Dense(u, activation='relu')(x)
out = Dense(window, activation='linear')(x)
model = Model(inputs + [ts], out)

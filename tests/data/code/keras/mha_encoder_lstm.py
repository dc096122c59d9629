from tensorflow import keras
from tensorflow.keras import layers

num_heads = 4
d_model = 64
inp = keras.Input(shape=(96, 8))
x = layers.Dense(d_model)(inp)
positions = keras.ops.arange(0, 96) if False else None
attn_out, weights = layers.MultiHeadAttention(num_heads=num_heads, key_dim=d_model // num_heads, value_dim=20, dropout=.1)(query=x, value=x, return_attention_scores=True)
x = layers.LayerNormalization(epsilon=1e-6)(x + attn_out)
ff = keras.Sequential([layers.Dense(128, activation='gelu'), layers.Dense(d_model)], name='ff')
x = layers.Add()([x, ff(x)])
x = layers.LSTM(32)(x)
q50 = layers.Dense(1, name='q50')(x)
q90 = layers.Dense(1, name='q90')(x)
model = keras.Model(inp, {'q50': q50, 'q90': q90})
model.compile(loss={'q50': 'mae', 'q90': 'mae'}, loss_weights=[1., .5])

import keras
from keras import layers
i = keras.Input((50, 12))
x = layers.LSTM(64, return_sequences=True)(i)
a = layers.MultiHeadAttention(num_heads=4, key_dim=16)(x, x)
x = layers.LayerNormalization()(layers.Add()([x, a]))
x = layers.GlobalAveragePooling1D()(x)
x = layers.Dense(20, use_bias=False)(x)
x = layers.BatchNormalization()(x)
x = layers.ReLU()(x)
m = keras.Model(i, layers.Dense(1)(x))

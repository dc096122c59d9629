from keras.layers import *
from keras.models import Model
a = Input(shape=(100,), name='title')
b = Input(shape=(200,), name='body')
c = Input(shape=(12,), name='tags')
ta = LSTM(32)(Embedding(1000, 64)(a))
tb = LSTM(48)(Embedding(1000, 64)(b))
x = concatenate([ta, tb, c])
p = Dense(1, name='priority')(x)
d = Dense(4, name='dept')(x)
model = Model(inputs=[a, b, c], outputs=[p, d])

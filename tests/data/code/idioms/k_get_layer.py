import keras
from keras.layers import *
base = keras.Sequential([Input((20, 7)), LSTM(16, return_sequences=True, name='l1'), LSTM(8, name='l2'), Dense(2)])
for layer in base.layers[:-1]:
    layer.trainable = False
out = Dense(5, name='new')(base.get_layer('l2').output)
model = keras.Model(base.input, out)

from keras.models import Sequential
from keras.layers import Masking, LSTM, TimeDistributed, Dense, Bidirectional, LayerNormalization
import numpy as np
MAX_LEN = 200
n_mels = 80
n_ph = 61
special_value = -10.0
model = Sequential()
model.add(Masking(mask_value=special_value, input_shape=(MAX_LEN, n_mels)))
for i, n_units in enumerate([250] * 3):
    model.add(Bidirectional(LSTM(n_units, return_sequences=True, kernel_initializer='he_normal'), name='blstm_%d' % i, merge_mode='sum'))
    model.add(LayerNormalization())
model.add(TimeDistributed(Dense(n_ph + 1, activation='softmax'), name='probs'))
print(model.summary())

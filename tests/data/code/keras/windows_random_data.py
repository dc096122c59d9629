import numpy as np
import tensorflow as tf
from sklearn.preprocessing import MinMaxScaler
from tensorflow.keras.layers import LSTM, Dense, RepeatVector, TimeDistributed, Input
from tensorflow.keras.models import Model

n_steps_in, n_steps_out = 20, 5
data = np.random.rand(1000, 6)
X, y = [], []
for i in range(len(data) - n_steps_in - n_steps_out + 1):
    X.append(data[i:i + n_steps_in])
    y.append(data[i + n_steps_in:i + n_steps_in + n_steps_out, :2])
X, y = np.array(X), np.array(y)

inp = Input(shape=(X.shape[1], X.shape[2]))
enc = LSTM(100, activation='relu')(inp)
rep = RepeatVector(n_steps_out)(enc)
dec = LSTM(100, activation='relu', return_sequences=True)(rep)
out = TimeDistributed(Dense(y.shape[2]))(dec)
model = Model(inputs=inp, outputs=out)
model.compile(optimizer='adam', loss='mse')
model.fit(X, y, epochs=10, verbose=0)

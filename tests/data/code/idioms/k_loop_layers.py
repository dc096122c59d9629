from tensorflow.keras import Sequential
from tensorflow.keras.layers import LSTM, Dense, Dropout, InputLayer
def build(n_steps, n_features, units=(64, 32), n_out=1, rate=.1):
    m = Sequential(name='fc')
    m.add(InputLayer(input_shape=(n_steps, n_features)))
    for i, u in enumerate(units):
        m.add(LSTM(u, return_sequences=(i < len(units) - 1)))
        if rate:
            m.add(Dropout(rate))
    m.add(Dense(n_out))
    return m

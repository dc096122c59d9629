import sys
import keras
from keras.layers import LSTM, Dense, BatchNormalization, GaussianNoise
from keras.models import Sequential

class RNN(object):
    def __init__(self, vec_length, hidden_cnt, batch_size=1, stateful=True, kind='lstm'):
        self.batch_size = batch_size
        cells = {'lstm': keras.layers.LSTM, 'gru': keras.layers.GRU, 'rnn': keras.layers.SimpleRNN}
        cell = cells[kind]
        m = Sequential()
        m.add(cell(hidden_cnt, batch_input_shape=(batch_size, 1, vec_length), stateful=stateful, return_sequences=True))
        m.add(BatchNormalization())
        m.add(cell(hidden_cnt // 2, stateful=stateful, go_backwards=not stateful))
        m.add(GaussianNoise(0.1))
        m.add(Dense(vec_length, activation='tanh'))
        self.model = m

rnn = RNN(vec_length=12, hidden_cnt=70)

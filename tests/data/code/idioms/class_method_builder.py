import keras
from keras import layers

class DeepSpeech(object):
    """Model builder."""
    RNN_UNITS = 256

    def __init__(self, n_chars, n_mfcc=26, rnn_layers=3):
        self.n_chars = n_chars
        self.n_mfcc = n_mfcc
        self.rnn_layers = rnn_layers

    def build(self):
        x = inputs = keras.Input(name='the_input', shape=(None, self.n_mfcc))
        x = layers.TimeDistributed(layers.Dense(self.RNN_UNITS, activation='relu'))(x)
        for i in range(self.rnn_layers):
            x = layers.Bidirectional(layers.LSTM(self.RNN_UNITS, return_sequences=True, name=f'rnn_{i}'), merge_mode='sum')(x)
        out = layers.Dense(self.n_chars + 1, activation='softmax')(x)
        return keras.Model(inputs, out)

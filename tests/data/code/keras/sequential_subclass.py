import tensorflow as tf
from tensorflow.keras.layers import LSTM, Dense, Dropout

class StockNet(tf.keras.Sequential):
    def __init__(self, units=(64, 32), n_features=5, horizon=3, rate=.2):
        super().__init__(name='stock_net')
        self.add(tf.keras.layers.InputLayer(input_shape=(None, n_features)))
        *body, last = units
        for u in body:
            self.add(LSTM(u, return_sequences=True))
            self.add(Dropout(rate))
        self.add(LSTM(last))
        self.add(Dense(horizon))

net = StockNet(units=(96, 64, 32))

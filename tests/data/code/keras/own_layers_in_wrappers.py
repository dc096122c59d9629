import keras
from keras import layers


@keras.saving.register_keras_serializable()
class Cell(layers.Layer):
    def __init__(self, units, **kw):
        super().__init__(**kw)
        self.units = units
        self.state_size = units
        self.wx = layers.Dense(units)
        self.wh = layers.Dense(units, use_bias=False)
    def call(self, x, states):
        h = keras.ops.tanh(self.wx(x) + self.wh(states[0]))
        return h, [h]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Step(layers.Layer):
    def __init__(self):
        super().__init__()
        self.d = layers.Dense(6)
    def call(self, x):
        return self.d(x)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.emb = layers.Embedding(20, 8)
        self.td = layers.TimeDistributed(Step())
        self.rnn = layers.RNN(Cell(5), return_sequences=True)
        self.rnn2 = layers.Bidirectional(layers.RNN(Cell(5)))
        self.out = layers.Dense(3)
    def call(self, x):
        return self.out(self.rnn2(self.rnn(self.td(self.emb(x)))))


m = Net()

import keras
from keras import layers
class Stacked(keras.Model):
    def __init__(self, units=[32, 16], n_out=2, **kwargs):
        super().__init__(**kwargs)
        self.rnns = [layers.GRU(u, return_sequences=True) for u in units[:-1]] + [layers.GRU(units[-1])]
        self.norm = layers.LayerNormalization()
        self.head = keras.Sequential([layers.Dense(8, activation='relu'), layers.Dense(n_out)])
    def call(self, x, training=None):
        for r in self.rnns:
            x = r(x, training=training)
        return self.head(self.norm(x))
